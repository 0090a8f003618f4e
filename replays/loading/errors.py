"""What can go wrong on the way to a session, each as one line: what is wrong and what to do about it.

`exit_code` is that of the command the error ends: 2 where what was asked for does not exist, else 1.
"""

from collections.abc import Sequence
from pathlib import Path


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


class NotPublishedYet(LoadingError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not published: that takes up to an hour after the session's end; try again then")


class SessionCancelled(LoadingError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was cancelled: there is nothing to load")


class AccountRequired(LoadingError):
    def __init__(self, what: str) -> None:
        super().__init__(
            f"the F1 archive refuses {what} without a Formula 1 account: set F1_USERNAME and F1_PASSWORD (data centres "
            "are refused even so: build the replay elsewhere and bring it here with import_replay)"
        )


class RateLimited(LoadingError):
    """FastF1 counts its own requests: 200 an hour to jolpica, 500 an hour to the other services."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"rate limit reached ({detail}): wait an hour and run the same again, what is here is kept")


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
            f"the FastF1 cache {path} cannot be used ({reason}): set FASTF1_CACHE_DIR to a writable folder"
        )
        self.path = path
