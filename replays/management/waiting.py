"""Sitting out a rate limit, for a command that may take hours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import TypeVar

from replays.loading.errors import RateLimited

Result = TypeVar("Result")

MARGIN_S = 5
NAP_S = 30.0
"""A sleep that long at most: a computer that was suspended meanwhile wakes up to the time of day."""

MOST_WAITS = 3
"""For one piece of work; a limit that is still reached then is not one that time opens."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Patience:
    """`tell` hears in one line until when is waited. Without `tell` nothing is waited for."""

    tell: Callable[[str], None] | None

    def over(self, work: Callable[[], Result]) -> Result:
        """What `work` returns, begun again after each rate limit it meets. Raises RateLimited when it is enough."""
        waits = 0
        while True:
            try:
                return work()
            except RateLimited as limit:
                if self.tell is None or waits == MOST_WAITS:
                    raise
                waits += 1
                until = utc_now() + timedelta(seconds=limit.retry_after_s + MARGIN_S)
                self.tell(f"rate limit reached ({limit.detail}): waiting until {until:%H:%M:%S} UTC")
                sleep_until(until)


def sleep_until(until: datetime) -> None:
    while (left_s := (until - utc_now()).total_seconds()) > 0:
        sleep(min(left_s, NAP_S))
