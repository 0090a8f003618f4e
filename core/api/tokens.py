"""Tokens that came along with requests: whom they belong to, and how many wrong ones an address may try."""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.http import HttpRequest
from rest_framework.exceptions import AuthenticationFailed, Throttled

from core.attempts import WRONG_TOKENS
from core.models import Token

SCHEME = "bearer"
TOKEN = re.compile(r"[A-Za-z0-9]{1,20}\.[A-Za-z0-9]{1,100}")
REMEMBERED_S = 60.0
MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: the holder of a token, by its prefix, or why it is refused."""

    holder: str | None = None
    refusal: str = ""


class Verdicts:
    """Of the last minute, the latest ones. Tokens are known here by their digests alone. Safe in any thread."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic, most: int = MAX_REMEMBERED) -> None:
        self._now_s = now_s
        self._most = most
        self._lock = threading.Lock()
        self._verdicts: OrderedDict[bytes, tuple[float, Verdict]] = OrderedDict()

    def get(self, text: str) -> Verdict | None:
        found = self._verdicts.get(_digest(text))
        return found[1] if found is not None and self._now_s() < found[0] else None

    def put(self, text: str, verdict: Verdict) -> None:
        digest = _digest(text)
        with self._lock:
            self._verdicts.pop(digest, None)
            self._verdicts[digest] = (self._now_s() + REMEMBERED_S, verdict)
            while len(self._verdicts) > self._most:
                self._verdicts.popitem(last=False)


def bearer_token(authorization: str) -> str | None:
    """What an `Authorization` header brings as a token; None where it is about something else."""
    scheme, _, given = authorization.strip().partition(" ")
    return given.strip() if scheme.lower() == SCHEME else None


def valid_token(text: str) -> Token:
    """The token that reads `text`. Raises AuthenticationFailed for one that is unknown, revoked or expired."""
    if not TOKEN.fullmatch(text):
        raise AuthenticationFailed("That is no token: it has the form xxxxxxxx.xxxxxxxxxxxxxxxx.")
    try:
        token = Token.objects.get_from_key(text)
    except Token.DoesNotExist:
        raise AuthenticationFailed("This token is unknown, or it was revoked.") from None
    assert isinstance(token, Token)
    if token.has_expired:
        raise AuthenticationFailed(f"This token expired at {token.expiry_date:%Y-%m-%dT%H:%M:%SZ}.")
    return token


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


VERDICTS = Verdicts()
"""Those of this process. Good ones let nobody in, they are for limits: whether a token is good is asked every time."""


def checked_token(request: HttpRequest, text: str) -> Token:
    """The token that reads `text`. One query at most.

    Raises AuthenticationFailed, and Throttled where this address has tried too many wrong ones: then only those are
    looked up that were good a moment ago. The same wrong one again is no further attempt, nor asked for again in its
    minute.
    """
    if not TOKEN.fullmatch(text):
        return valid_token(text)  # which says what a token is
    known = VERDICTS.get(text)
    if known is not None and known.refusal:
        raise AuthenticationFailed(known.refusal)
    if known is None and (wait_s := WRONG_TOKENS.wait_s(request)) is not None:
        raise Throttled(wait_s, "Too many wrong tokens came from this address.")
    try:
        token = valid_token(text)
    except AuthenticationFailed as error:
        WRONG_TOKENS.spend(request)
        VERDICTS.put(text, Verdict(refusal=str(error.detail)))
        raise
    VERDICTS.put(text, Verdict(holder=token.prefix))
    return token
