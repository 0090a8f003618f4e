"""The id of a request or socket: in its answer, in every line that is logged on its behalf, in what it is told."""

import re
import secrets
from contextvars import ContextVar

SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")

current_request_id: ContextVar[str | None] = ContextVar("current_request_id", default=None)
"""Of the request that this code runs for; None outside of requests."""


def request_id_from(header: str | None) -> str:
    """The id that a client or proxy gave, where it is a sane one (`[A-Za-z0-9._-]{8,64}`), else a new one."""
    if header is not None and SANE.fullmatch(header):
        return header
    return secrets.token_hex(8)
