"""Each request is a line when it comes and a line when its answer has gone; the answer says how long it took.

Query strings, headers and bodies are in no line: tokens and tickets are there.
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from time import perf_counter
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from core.log_text import path_in_log
from core.own_headers import put

logger = logging.getLogger("core.requests")

TIME_HEADER = "X-Process-Time"
UNKNOWN_ADDRESS = "unknown"


class BodyBrokenOff(Exception):
    """A streamed body failed on its way, which has been logged. The connection has to be broken off."""


class RequestLogMiddleware:
    """Belongs around all that may answer. `X-Process-Time` is in seconds; of a streamed answer, until its headers."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        lines = RequestLines(request)
        if self.is_async:
            return self.answer_async(request, lines)
        try:
            return lines.answered(self.get_response(request))
        except BaseException as error:
            lines.failed(error)
            raise

    async def answer_async(self, request: HttpRequest, lines: "RequestLines") -> HttpResponseBase:
        try:
            return lines.answered(await self.get_response(request))
        except BaseException as error:  # a client that has gone cancels what is done for it
            lines.failed(error)
            raise


class RequestLines:
    """The two lines of a request; the first is written at once."""

    def __init__(self, request: HttpRequest) -> None:
        self.began = perf_counter()
        self.facts: dict[str, Any] = {
            "method": request.method,
            "path": path_in_log(request.path),
            "client_ip": request.META.get("REMOTE_ADDR") or UNKNOWN_ADDRESS,
            "request_id": getattr(request, "request_id", None),
        }
        self.status: int | None = None
        self.has_ended = False
        logger.info(
            "Request: %s %s - IP: %s",
            request.method,
            self.facts["path"],
            self.facts["client_ip"],
            extra=self.facts,
        )

    def answered(self, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, with its header; its line is written now, or when its body has been sent."""
        self.status = response.status_code
        put(response, TIME_HEADER, f"{perf_counter() - self.began:.6f}")
        if isinstance(response, StreamingHttpResponse):
            self.watch(response)
        else:
            self.end()
        return response

    def watch(self, response: StreamingHttpResponse) -> None:
        parts: Any = response.streaming_content
        response.streaming_content = self.watched_async(parts) if response.is_async else self.watched(parts)
        # A body that nobody began to read, or read to its end.
        response._resource_closers.append(lambda: self.end("client gone"))  # type: ignore[attr-defined]

    def watched(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from parts
        except Exception as error:
            self.failed(error)
            raise BodyBrokenOff from None
        self.end()

    async def watched_async(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        try:
            async for part in parts:
                yield part
        except Exception as error:
            self.failed(error)
            raise BodyBrokenOff from None
        self.end()

    def failed(self, error: BaseException) -> None:
        """Writes the last line for an answer that there was not, or not the whole of."""
        if isinstance(error, Exception):
            self.end("broken off", error)
        else:
            self.end("cancelled")

    def end(self, fault: str | None = None, error: Exception | None = None) -> None:
        """Writes the last line, unless it is there."""
        if self.has_ended:
            return
        self.has_ended = True
        duration_s = perf_counter() - self.began
        logger.log(
            logging.ERROR if error else level_of(self.status),
            "Response: %s %s - Status: %s - Duration: %.3fs%s - IP: %s",
            self.facts["method"],
            self.facts["path"],
            "none" if self.status is None else self.status,
            duration_s,
            f" - {fault}" if fault else "",
            self.facts["client_ip"],
            extra=self.facts | {"status": self.status, "duration_ms": round(duration_s * 1000, 3)},
            exc_info=error,
        )


def level_of(status: int | None) -> int:
    if status is None or status < 400:
        return logging.INFO
    return logging.WARNING if status < 500 else logging.ERROR
