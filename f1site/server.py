"""uvicorn, set up for many small socket messages and for clients that are not to be believed."""

import gc
import signal
import socket
import time
import warnings
from collections.abc import Callable
from types import FrameType

import uvicorn

from core.draining import DRAINING
from core.health import look_ahead
from f1site.http_protocol import GuardedProtocol
from f1site.socket_protocol import GuardedSocket

WS_MAX_SIZE_BYTES = 64 * 1024
WS_PING_INTERVAL_S = 20.0
GRACEFUL_SHUTDOWN_S = 20
DRAIN_S = 2.0
"""After SIGTERM: `/health/ready` says so meanwhile, for load balancers that ask every second."""
GC_THRESHOLDS = (20_000, 50, 1000)


class Server(uvicorn.Server):
    """Calls `when_ready` once it answers requests.

    After SIGTERM, and what `core.draining` does before, it goes on for `DRAIN_S` where anybody is connected, and is not
    ready; then it closes. A second signal, or Ctrl-C, closes at once.
    """

    drains_until_s: float | None = None
    was_told = False

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        spare_long_collections()
        self.when_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        is_first, self.was_told = not self.was_told, True
        DRAINING.set()
        if is_first and sig == signal.SIGTERM and self.server_state.connections:
            self.drains_until_s = time.monotonic() + DRAIN_S
        else:
            self.drains_until_s = None
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        is_over = await super().on_tick(counter)
        drains = self.drains_until_s is not None and time.monotonic() < self.drains_until_s
        return is_over and not (drains and self.server_state.connections)


class SiteServer(Server):
    """Of this site: it answers once health knows what to say."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await look_ahead()
        await super().startup(sockets)


def serve(listener: socket.socket, when_ready: Callable[[], None]) -> None:
    """Serves the site on `listener` until SIGINT or SIGTERM, and lets open requests end first.

    Raises KeyboardInterrupt after SIGINT; after SIGTERM the process ends by that signal.
    """
    config = uvicorn.Config(
        "f1site.asgi:application",
        interface="asgi3",
        lifespan="off",
        # On h11 and not a faster parser: it refuses headers over 64 KB before they are all there.
        http=GuardedProtocol,
        ws=GuardedSocket,
        ws_max_size=WS_MAX_SIZE_BYTES,
        ws_ping_interval=WS_PING_INTERVAL_S,
        # Compression triples the CPU at the size of a frame.
        ws_per_message_deflate=False,
        # uvicorn believes X-Forwarded-For from loopback; whom to believe is the application's to decide.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
        # Django's LOGGING formats what uvicorn has to say.
        log_config=None,
        log_level="warning",
        access_log=False,
    )
    # WhiteNoise's files are plain iterators, which Django reads whole under ASGI: static files are small enough.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    SiteServer(config, when_ready).run([listener])


def spare_long_collections() -> None:
    """Full garbage collections pause for 50 to 130 ms: keep what start-up made out of them, and make them rare."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
