"""Asking a busy service again: a few times, a little later each time, or when it says so."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import sleep
from typing import TypeVar

from replays.loading.errors import RateLimited, SourceUnavailable

Answer = TypeVar("Answer")

PAUSES_S = (2, 5, 15)
"""Before the second, third and last try, where the service does not say when to come back."""

LONGEST_PAUSE_S = 60
"""A service that wants more than this is not waited for here: that is for who asked to decide."""

BUSY_STATUSES = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
"""Answers that may well be another a little later. (FastF1's cache says 504 too, for what it does not hold.)"""


class Busy(Exception):
    """A service cannot answer now; `what` says so in one line, `retry_after_s` for how long, where it told."""

    def __init__(self, what: str, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.status = status
        self.retry_after_s = retry_after_s


def patiently(ask: Callable[[], Answer]) -> Answer:
    """What `ask` returns; while it raises Busy, it is asked again after a pause, four times in all.

    Raises RateLimited where the service goes on saying 429, SourceUnavailable for its other answers.
    """
    for pause_s in PAUSES_S:
        try:
            return ask()
        except Busy as busy:
            wanted_s = pause_s if busy.retry_after_s is None else busy.retry_after_s
            if wanted_s > LONGEST_PAUSE_S:
                raise _given_up(busy) from None
            sleep(wanted_s)
    try:
        return ask()
    except Busy as busy:
        raise _given_up(busy) from None


def retry_after_s(header: str | None, now: datetime | None = None) -> float | None:
    """The seconds a `Retry-After` header says, as a number or as a date; None for one that says nothing."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (until.astimezone(UTC) - (now or datetime.now(UTC))).total_seconds())


def _given_up(busy: Busy) -> RateLimited | SourceUnavailable:
    if busy.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(busy.what, busy.retry_after_s)
    return SourceUnavailable(f"{busy.what}: try again later")
