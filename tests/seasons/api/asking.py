"""Reading what the API answers."""

import csv
import io
from typing import Any

from asgiref.sync import async_to_sync


def whole(response: Any) -> bytes:
    """The body, also of a stream; in the thread of the test, which alone sees its rows."""
    return async_to_sync(_joined)(response) if response.streaming else response.content


def csv_rows(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(whole(response).decode(), newline="")))


async def _joined(response: Any) -> bytes:
    return b"".join([part async for part in response])
