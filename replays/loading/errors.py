"""What can go wrong on the way to a session, each as one line: what is wrong and what to do about it.

`exit_code` is that of the command the error ends: 2 where what was asked for does not exist, else 1.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

AN_HOUR_S = 3600


class LoadingError(Exception):
    """A session cannot be loaded. The message is one line for whoever asked for it."""

    exit_code: int = 1


class UnknownSeason(LoadingError):
    exit_code = 2

    def __init__(self, wanted: str, first: int, last: int) -> None:
        super().__init__(f"no season '{wanted}'; give a year from {first} to {last}, or latest")


class UnknownEvent(LoadingError):
    """`nearest` are names of events of that season, the most similar first.

    `held_in` are seasons close by that have an event of this name: schedules leave cancelled events out.
    """

    exit_code = 2

    def __init__(self, year: int, wanted: str, nearest: Sequence[str], held_in: Sequence[int] = ()) -> None:
        hint = f" (cancelled? it is in the calendar of {' and '.join(map(str, held_in))})" if held_in else ""
        super().__init__(f"no event '{wanted}' in {year}{hint}; nearest: {', '.join(nearest)}")
        self.nearest = tuple(nearest)
        self.held_in = tuple(held_in)


class UnknownRound(LoadingError):
    exit_code = 2

    def __init__(self, year: int, wanted: int, rounds: int) -> None:
        super().__init__(f"no round {wanted} in {year}; its rounds are 1 to {rounds}")


class NothingHeldYet(LoadingError):
    exit_code = 2

    def __init__(self, year: int) -> None:
        super().__init__(f"no session of {year} has ended yet; ask for an earlier season")


class AmbiguousEvent(LoadingError):
    """Several events answer to what was asked for; `names` in the order of the season."""

    exit_code = 2

    def __init__(self, year: int, wanted: str, names: Sequence[str]) -> None:
        super().__init__(f"'{wanted}' is more than one event in {year}; say which: {', '.join(names)}")
        self.names = tuple(names)


class UnknownSession(LoadingError):
    """`sessions` are the codes and names of the sessions the event has, in the order of its weekend."""

    exit_code = 2

    def __init__(self, event: str, wanted: str, sessions: Sequence[str]) -> None:
        super().__init__(f"no session '{wanted}' in the {event}; it has: {', '.join(sessions)}")
        self.sessions = tuple(sessions)


class NotHeldYet(LoadingError):
    """`start` is UTC, None where the schedule does not tell it."""

    def __init__(self, what: str, start: datetime | None) -> None:
        when = "" if start is None else f": it starts on {start:%Y-%m-%d at %H:%M} UTC"
        super().__init__(f"{what} is still to come{when}")


class NotPublishedYet(LoadingError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not published: that takes up to an hour after the session's end; try again then")


class SessionCancelled(LoadingError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was cancelled: there is nothing to load")


class NotInArchive(LoadingError):
    """A session that ended long ago, of which F1's archive has nothing."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not in F1's timing archive: it was cancelled, or never published")


class NoTiming(LoadingError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} has no live timing: F1's archive begins in 2018 and lacks some tests")


class NoResults(LoadingError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: jolpica has no results of it")


class AccountRequired(LoadingError):
    def __init__(self, what: str) -> None:
        super().__init__(
            f"the F1 archive refuses {what} without a Formula 1 account: set F1_USERNAME and F1_PASSWORD (data centres "
            "are refused even so: build the replay elsewhere and bring it here with import_replay)"
        )


class RateLimited(LoadingError):
    """A service answers no more for a while. FastF1 also counts its own requests: 200 an hour to jolpica, 500 an hour
    to the other services; both windows are open again after `retry_after_s` without a request.
    """

    def __init__(self, detail: str, retry_after_s: float | None = None) -> None:
        self.detail = detail
        self.retry_after_s = AN_HOUR_S if retry_after_s is None else retry_after_s
        minutes = math.ceil(self.retry_after_s / 60)
        how_long = "an hour" if minutes == 60 else f"{minutes} minute{'s' * (minutes != 1)}"
        super().__init__(f"rate limit reached ({detail}): wait {how_long} and run the same again, what is here is kept")


class SourceUnavailable(LoadingError):
    """A service cannot be reached, or is not asked because of FASTF1_OFFLINE. The detail is the whole line."""


class CorruptFeed(LoadingError):
    def __init__(self, feed: str, detail: str) -> None:
        super().__init__(f"{feed} is damaged: {detail}; nothing was changed")
        self.feed = feed
        self.detail = detail


class CacheNotWritable(LoadingError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the FastF1 cache {path} cannot be used ({reason}): set FASTF1_CACHE_DIR to a writable folder with room"
        )
        self.path = path


NOTHING_THERE = (NotHeldYet, NotPublishedYet, SessionCancelled, NoTiming, NoResults)
"""There is nothing to load; trying has not failed."""

NOT_THE_SESSION = (*NOTHING_THERE, AccountRequired, CacheNotWritable, RateLimited, SourceUnavailable)
"""Errors that say nothing of the session's data: the same may well load later, or on another machine."""
