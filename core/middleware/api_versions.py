"""Answers of the API say which version they are, and until when it is there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from core.problems import problem_answer
from core.version_urls import leads_nowhere
from core.versions import Address, ApiVersions


class ApiVersionsMiddleware:
    """Refuses versions that are gone, and marks the answers of deprecated ones and of addresses without a version.

    The table is the setting API_VERSIONS. Belongs around whatever else may answer, so that those answers are marked
    too. Headers that an answer has already stay as they are; a `Link` is added to.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any], now: Callable[[], datetime] = timezone.now) -> None:
        self.get_response = get_response
        self.now = now
        self.versions: ApiVersions = settings.API_VERSIONS
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        address = self.versions.locate(request.path_info)
        if address is None:
            return self.get_response(request)
        if self.is_async:
            return self.answer_async(request, address)
        response = self.refusal(request, address) or self.get_response(request)
        return self.marked(request, address, response)

    async def answer_async(self, request: HttpRequest, address: Address) -> HttpResponseBase:
        response = self.refusal(request, address) or await self.get_response(request)
        return self.marked(request, address, response)

    def refusal(self, request: HttpRequest, address: Address) -> HttpResponseBase | None:
        version, newest = address.version, self.versions.newest
        if not version.is_gone(self.now()):
            return None
        since = f" since {version.sunset_at:%Y-%m-%d}" if version.sunset_at else ""
        detail = f"Version {version.name} is gone{since}. Its successor is {newest.name}: {address.below(newest)}"
        return problem_answer(request, 410, detail)

    def marked(self, request: HttpRequest, address: Address, response: HttpResponseBase) -> HttpResponseBase:
        if address.is_versioned:
            headers = self.versions.deprecation_headers(address)
        else:
            headers = {} if leads_nowhere(request) else {"Link": self.versions.canonical_link(address)}
        for name, value in headers.items():
            if name == "Link" and name in response:
                response[name] = f"{response[name]}, {value}"
            else:
                response.setdefault(name, value)
        return response
