"""The server's time in Unix seconds, but steady: the wall clock is read once, the rest is monotonic.

Processes of several machines go by the clock of the registry they share, so that one moment is the same for all.
"""

import time

_offset_s = time.time() - time.monotonic()


def server_time_s(now_s: float | None = None) -> float:
    """Unix seconds of the monotonic moment `now_s`, or of now."""
    return (time.monotonic() if now_s is None else now_s) + _offset_s


def monotonic_s(server_s: float) -> float:
    """The monotonic moment of Unix seconds `server_s`, as `server_time_s` gave them."""
    return server_s - _offset_s


def go_by(offset_s: float, uncertain_s: float) -> None:
    """Take over the shared clock where this one is off by more than the measurement may be wrong."""
    global _offset_s
    if abs(offset_s - _offset_s) > uncertain_s:
        _offset_s = offset_s
