"""A TCP proxy that can fall silent: what comes is taken, nothing is passed on, and nothing is closed.

So does a server look that is stopped (SIGSTOP), or behind a network that swallows packets.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class SilentProxy:
    """In front of `host` and `port`, on a port of its own on loopback. Passes on while `passes` is set."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.passes = threading.Event()
        self.passes.set()
        threading.Thread(target=self._accept, name="silent proxy", daemon=True).start()

    def close(self) -> None:
        self.passes.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                far = socket.create_connection(self._target)
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=pair, name="silent proxy", daemon=True).start()

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                self.passes.wait()
                far.sendall(data)
            far.shutdown(socket.SHUT_RDWR)


@contextmanager
def silent_proxy(host: str, port: int) -> Iterator[SilentProxy]:
    proxy = SilentProxy(host, port)
    try:
        yield proxy
    finally:
        proxy.close()
