"""The end of a process in order: whoever is connected for long is told first, then the server stops as it does.

Servers drop sockets when they stop, each in its way (uvicorn with 1012, daphne without a word), and none asks the
application before. So the application listens to the signal itself, says its farewells, and hands the signal on.
"""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any

logger = logging.getLogger(__name__)

FAREWELL_S = 1.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)

Farewell = Callable[[], Awaitable[None]]

DRAINING = threading.Event()
"""Set when the process has been told to stop: new sockets are refused, and it is not ready."""

_farewells: list[Farewell] = []


def on_drain(farewell: Farewell) -> Farewell:
    """Have `farewell` awaited before the server stops; all together have FAREWELL_S."""
    _farewells.append(farewell)
    return farewell


async def say_farewell() -> None:
    """Raises nothing."""
    tasks = [asyncio.ensure_future(farewell()) for farewell in _farewells]
    if not tasks:
        return
    done, late = await asyncio.wait(tasks, timeout=FAREWELL_S)
    for task in late:
        task.cancel()
    for task in done:
        if not task.cancelled() and (error := task.exception()):
            logger.error("a farewell failed", exc_info=error)


def heed_signals() -> None:
    """Listen before the server does. For its event loop, in the main thread; elsewhere signals are somebody else's."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        signal.signal(number, _Listener(loop, signal.getsignal(number)))


class _Listener:
    """Of one signal; `servers` is the handler that was there."""

    def __init__(self, loop: asyncio.AbstractEventLoop, servers: Any) -> None:
        self._loop = loop
        self._servers = servers
        self._farewell: asyncio.Task[None] | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """The first is handed on after the farewells, any other at once."""
        if DRAINING.is_set():
            self._hand_on(number, frame)
            return
        DRAINING.set()
        self._loop.call_soon_threadsafe(self._begin, number)

    def _begin(self, number: int) -> None:
        self._farewell = self._loop.create_task(say_farewell(), name="farewell")
        self._farewell.add_done_callback(lambda _: self._hand_on(number, None))

    def _hand_on(self, number: int, frame: FrameType | None) -> None:
        if callable(self._servers):
            self._servers(number, frame)
            return
        if self._servers == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)


Scope = dict[str, Any]
Application = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


class Draining:
    """ASGI, around the application of the sockets: refuses new ones once the process stops, with a 503."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._heeds = False

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if not self._heeds:
            self._heeds = True
            heed_signals()
        if not DRAINING.is_set():
            await self.application(scope, receive, send)
            return
        await receive()
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1001})
            return
        headers = [(b"content-type", b"text/plain"), (b"retry-after", b"1"), (b"content-length", b"0")]
        await send({"type": "websocket.http.response.start", "status": 503, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b""})
