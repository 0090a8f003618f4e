"""Answers that are made while they are sent: memory holds a part of them, however long they are."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse


def streamed(parts: Iterator[bytes], content_type: str) -> StreamingHttpResponse:
    """All parts, each made in a thread. The first is made before the response: what fails there fails cleanly."""
    first = next(parts, b"")
    return StreamingHttpResponse(_stream(first, parts), content_type=content_type)


async def _stream(first: bytes, rest: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Asynchronous, because Django reads a plain iterator whole before it sends under ASGI."""
    yield first
    while (part := await sync_to_async(_next)(rest)) is not None:
        yield part


def _next(parts: Iterator[bytes]) -> bytes | None:
    return next(parts, None)
