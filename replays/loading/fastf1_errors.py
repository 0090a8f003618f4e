"""FastF1's errors as ours, also those that it only logs. Imports FastF1."""

import logging
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from replays.loading.errors import CacheNotWritable, LoadingError, RateLimited, SourceUnavailable

if TYPE_CHECKING:
    import fastf1.core
    from fastf1.livetiming.data import LiveTimingData


def load_by_fastf1(session: "fastf1.core.Session", livedata: "LiveTimingData | None" = None) -> None:
    """FastF1's own loading. Raises LoadingError, also where its cache cannot be written.

    FastF1 takes that for a feed that cannot be had, and goes on: the replay would lack it for good.
    """
    swallowed = _SwallowedErrors()
    log = logging.getLogger("fastf1")
    log.addHandler(swallowed)
    try:
        with fastf1_errors(), _no_interrupt_lost():
            session.load(livedata=livedata)
            if swallowed.of_the_disk is not None:
                raise swallowed.of_the_disk
    finally:
        log.removeHandler(swallowed)


@contextmanager
def _no_interrupt_lost() -> Iterator[None]:
    """Raises KeyboardInterrupt at the latest at the end: FastF1 takes Ctrl-C while it reads its cache for a damaged
    file, and goes on."""
    default = signal.default_int_handler
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is not default:
        yield
        return
    interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        default(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, default)
    if interrupted:
        raise KeyboardInterrupt


class _SwallowedErrors(logging.Handler):
    """Hears of the errors that FastF1 logs instead of raising them."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.of_the_disk: OSError | sqlite3.Error | None = None

    def emit(self, record: logging.LogRecord) -> None:
        from requests.exceptions import RequestException

        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, OSError | sqlite3.Error) and not isinstance(error, RequestException):
            self.of_the_disk = error


@contextmanager
def fastf1_errors() -> Iterator[None]:
    """FastF1's errors as LoadingError."""
    import fastf1
    from fastf1.exceptions import FastF1CriticalError, RateLimitExceededError
    from requests.exceptions import RequestException

    try:
        yield
    except RateLimitExceededError as error:
        raise RateLimited(str(error)) from None
    except RequestException as error:
        raise SourceUnavailable(f"a source of FastF1 cannot be reached ({type(error).__name__})") from None
    except FastF1CriticalError as error:
        raise LoadingError(f"FastF1 cannot load the session: {error}") from None
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CacheNotWritable(Path(fastf1.Cache.get_cache_info()[0] or ""), reason.lower()) from None
