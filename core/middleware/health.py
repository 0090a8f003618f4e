"""The health addresses, answered where nothing else is waited for."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest

from core.health import IN_LOOP

SAFE_METHODS = ("GET", "HEAD")


class HealthMiddleware:
    """Under ASGI health is told in the event loop: threads and places in them may be what is short.

    Belongs outside of `core.middleware.crossing`. In a synchronous site the views do it.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.answers = IN_LOOP if iscoroutinefunction(get_response) else {}
        if self.answers:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        answer = self.answers.get(request.path_info.rstrip("/"))
        if answer is None or request.method not in SAFE_METHODS:
            return self.get_response(request)
        return answer()
