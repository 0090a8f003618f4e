"""Answers as gzip, for clients that take it."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from core.compression import MIN_BYTES, accepts_gzip, compressed, is_compressible
from core.own_headers import put
from core.vary import vary_on


class GzipMiddleware:
    """Compresses whole answers of 1000 bytes or more, and says of each how long it is; streams, and what is encoded
    already, stay as they are.

    Django's own would leave the event loop twice on its own. Belongs inside of CrossingMiddleware: 350 KB take 4 ms,
    for which nobody's frames should wait.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self.is_async:
            return self.answer_async(request)
        return self.encoded(request, self.get_response(request))

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        return self.encoded(request, await self.get_response(request))

    def encoded(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not isinstance(response, HttpResponse):
            return response
        if "Content-Length" not in response:
            put(response, "Content-Length", str(len(response.content)))
        if "Content-Encoding" in response or not is_compressible(response.get("Content-Type", "")):
            return response
        vary_on(response, "Accept-Encoding")
        if len(response.content) < MIN_BYTES or not accepts_gzip(request):
            return response
        body = compressed(response.content)
        if len(body) >= len(response.content):
            return response
        response.content = body
        response["Content-Length"] = str(len(body))
        response["Content-Encoding"] = "gzip"
        if response.get("ETag", "").startswith('"'):
            response["ETag"] = f"W/{response['ETag']}"  # other bytes, of the same content
        return response
