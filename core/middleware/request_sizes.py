"""The answer to requests that are too large or too slow."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

from core.problems import awaitable, problem_answer
from core.request_sizes import REFUSAL, Refusal


class RequestSizesMiddleware:
    """Refuses what `core.request_sizes` marked."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        refusal = self.refusal(request)
        if refusal is None:
            return self.get_response(request)
        return awaitable(refusal) if self.is_async else refusal

    def refusal(self, request: HttpRequest) -> HttpResponseBase | None:
        refusal: Refusal | None = getattr(request, "scope", {}).get(REFUSAL)
        if refusal is None:
            return None
        response = problem_answer(request, refusal.status, refusal.detail)
        response["Content-Length"] = str(len(response.content))
        return response
