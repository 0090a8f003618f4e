"""Several real servers over one Redis and one database, and clients of theirs that write down what they see."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import websockets

from tests.f1site.environment import PROJECT, bare_environment

PATIENCE_S = 60
STORE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.replays.synthetic import stored_replay
print(stored_replay().public_id)
"""
STORE_DEMO = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("load_demo", verbosity=0)
from replays.models import Replay
print(Replay.objects.get().public_id)
"""
COMMANDS = {
    "serve": "import os; from f1site.asgi import application; from f1site.address import listen;"
    " from f1site.server import serve; serve(listen('127.0.0.1', int(os.environ['PORT'])), when_ready=lambda: None)",
    "uvicorn": "import os, uvicorn; uvicorn.run('f1site.asgi:application', port=int(os.environ['PORT']))",
    "daphne": "import os, sys; from daphne.cli import CommandLineInterface as Daphne;"
    " Daphne().run(['-p', os.environ['PORT'], 'f1site.asgi:application'])",
}


@dataclass
class Server:
    process: subprocess.Popen
    port: int

    def url(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    def resident_bytes(self) -> int:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


class House:
    """`start` servers; `stop` ends all of them. `replay_id` is the one replay: of three cars, or the demo's twenty."""

    def __init__(self, folder: Path, *, demo: bool = False, **settings: str) -> None:
        self.servers: list[Server] = []
        self.environment = bare_environment(folder, **settings)
        self.environment |= {"DJANGO_SETTINGS_MODULE": "f1site.settings", "PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-c", STORE_DEMO if demo else STORE]
        told = subprocess.run(command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, check=True)
        self.replay_id = told.stdout.split()[-1]

    def start(self, kind: str = "serve", **settings: str) -> Server:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-c", COMMANDS[kind]],
            cwd=PROJECT,
            env=self.environment | {"PORT": str(port)} | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.servers.append(Server(process, port))
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert process.poll() is None, f"{kind} ended with {process.returncode}"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=PATIENCE_S):
                    return self.servers[-1]
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"{kind} does not answer")

    def stop(self) -> None:
        for server in self.servers:
            server.process.kill()
            server.process.wait()

    async def host(self, server: Server, query: str = "") -> "Watcher":
        return await Watcher.of(server.url(f"/ws/v1/replays/{self.replay_id}/{query}"))

    async def guest(self, server: Server, host: "Watcher", query: str = "") -> "Watcher":
        return await Watcher.of(server.url(f"/ws/v1/rooms/{host.hello['room']}/{query}"))


@dataclass
class Watcher:
    """A client that reads all the time. `seen` are its messages, each with `at_s`, when it came (monotonic)."""

    connection: Any
    seen: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    reading: asyncio.Task[None] | None = None
    is_closed: bool = False

    @classmethod
    async def of(cls, url: str) -> "Watcher":
        watcher = cls(await websockets.connect(url, ping_interval=None))
        watcher.reading = asyncio.create_task(watcher._read())
        await watcher.until(lambda message: message["type"] == "room" or watcher.is_closed)
        return watcher

    async def _read(self) -> None:
        try:
            async for text in self.connection:
                self.seen.append({**orjson.loads(text), "at_s": time.monotonic()})
                self._tell()
        except websockets.ConnectionClosed:
            pass
        self.is_closed = True
        self.seen.append({"type": "closed", "code": self.connection.close_code, "at_s": time.monotonic()})
        self._tell()

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    @property
    def hello(self) -> dict[str, Any]:
        return self.seen[0]

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [message for message in self.seen if message["type"] == "frames"]

    @property
    def times(self) -> list[float]:
        """Media time of every frame, as they came."""
        return [frame["t"] for message in self.frames for frame in message["frames"]]

    async def until(self, wanted: Callable[[dict[str, Any]], bool], after: int = 0) -> dict[str, Any]:
        """The first message for which `wanted` is true, of those from place `after` on."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for place in range(after, len(self.seen)):
                    if wanted(self.seen[place]):
                        return self.seen[place]
                after = len(self.seen)
                await self.changed.wait()

    async def next(self, kind: str, *, since: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        """The next message of this type with these fields, from now on or after the message `since`.

        What comes only once is waited for from a message on: it may have come while something else was awaited.
        """

        def wanted(message: dict[str, Any]) -> bool:
            return message["type"] == kind and all(message.get(name) == value for name, value in fields.items())

        after = len(self.seen) if since is None else self.seen.index(since) + 1
        return await self.until(wanted, after=after)

    async def say(self, kind: str, **fields: Any) -> None:
        await self.connection.send(orjson.dumps({"type": kind, **fields}).decode())

    async def close(self) -> None:
        await self.connection.close()
        if self.reading is not None:
            await self.reading
