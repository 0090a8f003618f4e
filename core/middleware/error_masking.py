"""The last word on errors in production: a 500 says its request's id, and nothing of what went wrong."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

from core.errors import error_answer


class ErrorMaskingMiddleware:
    """Puts our own words in place of every 500 from inside, whoever wrote it.

    What is raised becomes an answer in Django, by `core.errors`, before any middleware sees it. This is for what is
    returned: a view or a library that handles an error itself, and is too frank about it. Other statuses are meant.
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
        return masked(request, self.get_response(request))

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        return masked(request, await self.get_response(request))


def masked(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code != 500:
        return response
    mask = error_answer(request, 500)
    mask._resource_closers.extend(response._resource_closers)  # type: ignore[attr-defined]
    return mask
