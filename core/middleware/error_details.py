"""For developers: an error of the API says what was raised and where, as JSON. Pages have Django's own for that."""

import sys
import traceback
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from core.errors import status_of, wants_page
from core.problems import CONTENT_TYPE, problem


class ErrorDetailsMiddleware:
    """Takes the place of ErrorMaskingMiddleware where DEBUG is on; is not used where it is off."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        if not settings.DEBUG:
            raise MiddlewareNotUsed
        self.get_response = get_response
        got_request_exception.connect(remember, dispatch_uid=f"{__name__}.remember")
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self.is_async:
            return self.answer_async(request)
        return detailed(request, self.get_response(request))

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        return detailed(request, await self.get_response(request))


def remember(request: HttpRequest | None = None, **_told: Any) -> None:
    """Receives Django's signal, wherever in the stack the error was raised."""
    if request is not None:
        request.raised = sys.exc_info()[1]  # type: ignore[attr-defined]


def detailed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    error: BaseException | None = getattr(request, "raised", None)
    if response.status_code != 500 or error is None or wants_page(request):
        return response
    document = problem(request, status_of(error), f"{type(error).__name__}: {error}")
    document["stack_trace"] = "".join(traceback.format_exception(error)).splitlines()
    return JsonResponse(document, status=document["status"], content_type=CONTENT_TYPE)
