"""Which addresses make sense before anybody looks at what they mean."""

from typing import Any
from urllib.parse import unquote_to_bytes

NULL = "\0"
REPLACED = "\ufffd"
"""What servers put where a path is no UTF-8."""


def is_readable(scope: Any) -> bool:
    """Whether path and query of an ASGI scope are text: UTF-8 behind their percent signs, without null bytes."""
    path: str = scope["path"]
    if NULL in path or REPLACED in path:
        return False
    query: bytes = scope.get("query_string", b"")
    if b"%" not in query:
        return query.isascii() and b"\0" not in query
    try:
        return query.isascii() and NULL not in unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return False
