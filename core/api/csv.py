"""Rows as CSV, streamed: memory holds a part of them, however many there are."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.http import StreamingHttpResponse

from core.api.columns import Row
from core.api.streaming import streamed

ROWS_A_PART = 1000

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t")

Parts = Iterator[Sequence[Row]]


def csv_response(names: Sequence[str], parts: Parts, filename: str) -> StreamingHttpResponse:
    """A download of the rows of all parts."""
    response = streamed(_texts(names, parts), "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
    return response


def _texts(names: Sequence[str], parts: Parts) -> Iterator[bytes]:
    yield csv_text(names, next(parts, ())).encode()
    for part in parts:
        yield _lines(part).encode()


def csv_text(names: Sequence[str], rows: Sequence[Row]) -> str:
    """A header and rows."""
    return _lines([tuple(names)]) + _lines(rows)


def _lines(rows: Sequence[Row]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    """Empty for null, true and false, instants with Z; text that a spreadsheet would run gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return value


def _text(value: str) -> str:
    """One row a line break, whatever reads it: Python 3.11 leaves a lone carriage return unquoted."""
    one_kind = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{one_kind}" if one_kind[:1] in RUN_BY_SPREADSHEETS else one_kind
