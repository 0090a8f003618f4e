"""Every answer is counted: by method, route and status, with the time until it began."""

import time
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

from core.metrics import DURATIONS, HTTP_LIMITED, REQUESTS, PoolSampler
from core.routes import Routes

METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))
OTHER = "other"
"""A method that somebody thought of: each would be a series for ever."""
TOO_MANY = 429


class MetricsMiddleware:
    """Belongs around whatever may answer, so that nothing goes uncounted."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.routes = Routes()
        self.pool = PoolSampler()
        self.series: dict[tuple[str, str, int], tuple[Callable[[], None], Callable[[float], None]]] = {}
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self.is_async:
            return self.answer_async(request)
        began = time.perf_counter()
        response = self.get_response(request)
        self.count(request, response, began)
        return response

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response: HttpResponseBase = await self.get_response(request)
        self.count(request, response, began)
        return response

    def count(self, request: HttpRequest, response: HttpResponseBase, began: float) -> None:
        status = response.status_code
        key = (request.method or "", self.routes.of(request), status)
        series = self.series.get(key)
        if series is None:
            series = self.series_of(*key)
            if key[0] in METHODS:
                self.series[key] = series
        add_one, observe = series
        add_one()
        observe(time.perf_counter() - began)
        if status == TOO_MANY:
            HTTP_LIMITED.inc()
        self.pool.sample()

    def series_of(self, method: str, route: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
        labels = (method if method in METHODS else OTHER, route, str(status))
        return REQUESTS.labels(*labels).inc, DURATIONS.labels(*labels).observe
