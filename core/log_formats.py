"""How a record is written: as a line of text, or as one JSON object on a line."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

from core.log_text import indented, on_one_line, path_in_log, without_secrets
from core.request_ids import current_request_id

FACTS = ("method", "path", "status", "close_code", "duration_ms", "frames", "client_ip")
"""What records of requests and sockets have beside their message, as their `extra`. No other extra is written."""

TO_JSON = json.JSONEncoder(default=str).encode
"""In ASCII: whatever is no visible character is escaped."""


class TextLines(logging.Formatter):
    """`2026-10-05 12:34:56,789 | INFO     | core.requests | Request: GET /api/seasons - IP: 127.0.0.1 - ID: 4f...`

    A stack trace follows on lines of its own, indented: no text from outside can begin a line as a record does.
    """

    def __init__(self) -> None:
        super().__init__()
        self._second = (0, "")

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.time_of(record)} | {record.levelname:<8} | {record.name} | {message_of(record)}"
        if request_id := request_id_of(record):
            head = f"{head} - ID: {request_id}"
        line = on_one_line(without_secrets(head))
        trace = self.trace_of(record)
        return f"{line}\n{indented(trace)}" if trace else line

    def time_of(self, record: logging.LogRecord) -> str:
        """As logging's own `asctime`; the calendar is asked once a second."""
        second = int(record.created)
        if self._second[0] != second:
            self._second = (second, time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second)))
        return f"{self._second[1]},{int(record.msecs):03d}"

    def trace_of(self, record: logging.LogRecord) -> str:
        """The stack trace of the record's error, and where it was logged if that was asked for; empty without."""
        if not record.exc_info and not record.stack_info:
            return ""
        parts = []
        if record.exc_info and record.exc_info[0] is not None:
            parts.append(self.formatException(record.exc_info))
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return without_secrets("\n".join(parts))


class JsonLines(TextLines):
    """`{"time": "2026-10-05T12:34:56.789Z", "level": "INFO", "logger": "core.requests", "message": ...}`, and facts."""

    def format(self, record: logging.LogRecord) -> str:
        known = record.__dict__
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(message_of(record)),
        }
        told |= {name: known[name] for name in FACTS if name in known}
        if "path" not in told and (request := known.get("request")) is not None:
            told["path"] = path_in_log(request.path)
        if "path" in told:
            told["path"] = without_secrets(told["path"])
        if request_id := request_id_of(record):
            told["request_id"] = request_id
        if trace := self.trace_of(record):
            told["stack_trace"] = trace
        if record.exc_info and (kind := record.exc_info[0]) is not None:
            told["error_type"] = kind.__name__
        return TO_JSON(told)


def message_of(record: logging.LogRecord) -> str:
    """Of a record whose arguments do not fit its message too: what logging itself prints of those is not escaped."""
    try:
        return record.getMessage()
    except Exception:  # whatever `%` or somebody's `__str__` raises
        return f"{record.msg!r} {record.args!r}"


def request_id_of(record: logging.LogRecord) -> str | None:
    """Django's own records bring the request, those of a view's code are made while it is current."""
    known = record.__dict__
    if "request_id" in known:
        return str(known["request_id"])
    return getattr(known.get("request"), "request_id", None) or current_request_id.get()
