"""The server's time in Unix seconds, but steady: the wall clock is read once, the rest is monotonic."""

import time

_OFFSET_S = time.time() - time.monotonic()


def server_time_s(now_s: float | None = None) -> float:
    """Unix seconds of the monotonic moment `now_s`, or of now."""
    return (time.monotonic() if now_s is None else now_s) + _OFFSET_S


def monotonic_s(server_s: float) -> float:
    """The monotonic moment of Unix seconds `server_s`, as `server_time_s` gave them."""
    return server_s - _OFFSET_S
