"""Which answers go out as gzip, and how."""

import re

from django.http import HttpRequest
from django.utils.text import compress_string

MIN_BYTES = 1000
"""Less is one packet anyway."""
PADDING_BYTES = 100
GZIP_MAGIC = b"\x1f\x8b"

_REFUSED = re.compile(r"gzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")
_KINDS = frozenset(
    (
        "application/json",
        "application/problem+json",
        "application/javascript",
        "application/xml",
        "image/svg+xml",
    )
)


def accepts_gzip(request: HttpRequest) -> bool:
    accepted: str = request.META.get("HTTP_ACCEPT_ENCODING", "")
    return "gzip" in accepted and not _REFUSED.search(accepted)


def is_compressible(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in _KINDS


def compressed(body: bytes) -> bytes:
    """As gzip, of a random length: what else would tell a secret in it by how well guesses compress (BREACH)."""
    return compress_string(body, max_random_bytes=PADDING_BYTES)
