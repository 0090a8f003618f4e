"""Each request has an id: taken over from `X-Request-ID` where that is sane, else made. The answer says it."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

from core.own_headers import put
from core.request_ids import current_request_id, request_id_from

HEADER = "X-Request-ID"
HEADER_IN_META = "HTTP_X_REQUEST_ID"


class RequestIdMiddleware:
    """Belongs outermost. What is inside reads `request.request_id`, logging reads `current_request_id`."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        request_id = request_id_from(request.META.get(HEADER_IN_META))
        request.request_id = request_id  # type: ignore[attr-defined]
        if self.is_async:
            return self.answer_async(request, request_id)
        outside = current_request_id.set(request_id)
        try:
            return named(self.get_response(request), request_id)
        finally:
            current_request_id.reset(outside)

    async def answer_async(self, request: HttpRequest, request_id: str) -> HttpResponseBase:
        # Not reset: the task is this request's alone, and its body is sent after this.
        current_request_id.set(request_id)
        return named(await self.get_response(request), request_id)


def named(response: HttpResponseBase, request_id: str) -> HttpResponseBase:
    put(response, HEADER, request_id)
    return response
