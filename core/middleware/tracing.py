"""Each request is a span, part of the trace that its `traceparent` names. Only in the stack where traces are sent."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from opentelemetry.propagate import extract
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from core.routes import Routes
from core.tracing import tracer

TRACE_HEADERS = ("traceparent", "tracestate")
WITHOUT = "/health"
"""Asked every few seconds, and of no interest to anybody."""


class TracingMiddleware:
    """Of a request its method, route, status and id are told; neither its path nor who asked."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.routes = Routes()
        self.tracer = tracer()
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(WITHOUT):
            return self.get_response(request)
        if self.is_async:
            return self.answer_async(request)
        with self.span(request) as span:
            response = self.get_response(request)
            self.tell(span, request, response)
        return response

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        with self.span(request) as span:
            response: HttpResponseBase = await self.get_response(request)
            self.tell(span, request, response)
        return response

    def span(self, request: HttpRequest) -> Any:
        given = {name: request.headers[name] for name in TRACE_HEADERS if name in request.headers}
        return self.tracer.start_as_current_span(
            request.method or "", context=extract(given), kind=SpanKind.SERVER, record_exception=False
        )

    def tell(self, span: Span, request: HttpRequest, response: HttpResponseBase) -> None:
        route = self.routes.of(request)
        span.update_name(f"{request.method} {route}")
        span.set_attributes(
            {
                "http.request.method": request.method or "",
                "http.route": route,
                "http.response.status_code": response.status_code,
                "request_id": str(getattr(request, "request_id", "")),
            }
        )
        if response.status_code >= 500:
            span.set_status(Status(StatusCode.ERROR))
