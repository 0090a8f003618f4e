"""Only requests for this site: its names are the setting ALLOWED_HOSTS."""

import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase

from core.problems import awaitable, problem_answer

logger = logging.getLogger(__name__)

DETAIL = "This site does not go by the name in the header Host."
REMEMBERED = 1000
"""Ports may be anything, so that one name has many forms."""


class TrustedHostsMiddleware:
    """Refuses every other Host with a 400, before anything else is done for it, at every address."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.ours: set[str] = set()
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        refusal = self.refusal(request)
        if refusal is None:
            return self.get_response(request)
        return awaitable(refusal) if self.is_async else refusal

    def refusal(self, request: HttpRequest) -> HttpResponseBase | None:
        host = request.META.get("HTTP_HOST", "")
        if host in self.ours:
            return None
        try:
            request.get_host()
        except DisallowedHost:
            logger.warning("unknown host %r", host[:255])
            return problem_answer(request, 400, DETAIL)
        if len(self.ours) >= REMEMBERED:
            self.ours.clear()
        self.ours.add(host)
        return None
