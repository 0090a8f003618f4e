"""The audience of a measurement: many viewers in one process, which has nothing else to do.

`python -m benchmarks.audience` reads what is wanted as JSON from its standard input and writes what it saw to its
standard output. A loop over epoll, without asyncio: what the audience costs is time in which it does not look.
"""

import itertools
import math
import os
import select
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import orjson
import psutil

from benchmarks.viewer_socket import ViewerSocket

AT_ONCE = 8
"""Viewers who are being let in at the same time."""
PATIENCE_S = 30.0
POLL_S = 0.05
SMALL_BUFFER = 4096
"""What the kernel keeps for a viewer who does not read; it doubles that."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One room for all at `room_path`, `{room}` replaced by the host's; without, everyone opens `path` anew.

    Viewers take `addresses` in turn. `pids` are the processes whose CPU and memory is looked at. `joins` more viewers
    come, `join_every_s` apart; then the host seeks `seeks` times; then `stalled` more come, and read nothing.
    """

    addresses: list[str]
    pids: list[int]
    path: str
    room_path: str | None
    viewers: int
    binary: bool
    seconds: float
    settle_s: float = 1.0
    joins: int = 0
    join_every_s: float = 0.1
    seeks: int = 0
    seek_every_s: float = 0.15
    seek_from_t: float = 0.0
    stalled: int = 0
    stalled_settle_s: float = 3.0


@dataclass(slots=True)
class Window:
    """What was seen in a stretch of time. `cpu` of each of the processes, and `own_cpu`, are shares of a core."""

    seconds: float
    messages: int
    bytes: int
    p50_ms: float
    p99_ms: float
    cpu: list[float]
    own_cpu: float
    resident: list[int]


@dataclass(slots=True)
class Seen:
    """`alone_resident` is the memory of the processes with the host alone, in bytes."""

    alone_resident: list[int]
    window: Window
    lost: int = 0
    last_error: str = ""
    hellos_ms: list[float] = field(default_factory=list)
    joins_ms: list[float] = field(default_factory=list)
    askers_seeks_ms: list[float] = field(default_factory=list)
    everyones_seeks_ms: list[float] = field(default_factory=list)
    beside_stalled: Window | None = None


class Audience:
    """The viewers, and the loop that reads them all."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.viewers: list[ViewerSocket] = []
        self.lateness_s: list[float] = []
        self.bytes = 0
        self.lost = 0
        self.last_error = ""
        self._by_fd: dict[int, ViewerSocket] = {}
        self._poll = select.epoll()
        self._turn = itertools.cycle(wanted.addresses)
        self._processes = [psutil.Process(pid) for pid in wanted.pids]
        self._own = psutil.Process()

    def open(self, path: str, receive_buffer: int | None = None) -> ViewerSocket:
        viewer = ViewerSocket(next(self._turn), path, binary=self.wanted.binary, receive_buffer=receive_buffer)
        self._by_fd[viewer.fd] = viewer
        self._poll.register(viewer.fd, select.EPOLLIN)
        self.viewers.append(viewer)
        return viewer

    def ignore(self, viewer: ViewerSocket) -> None:
        """Leave it open, and read it no more."""
        self._poll.unregister(viewer.fd)
        del self._by_fd[viewer.fd]

    def read_until(self, is_enough: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Read everybody until it is enough. Raises TimeoutError."""
        give_up_s = time.time() + patience_s
        by_fd, lateness_s = self._by_fd, self.lateness_s
        while not is_enough():
            if time.time() > give_up_s:
                raise TimeoutError(f"not in {patience_s:g} s, with {len(self.viewers)} viewers")
            for fd, _event in self._poll.poll(POLL_S):
                viewer = by_fd[fd]
                self.bytes += viewer.read(lateness_s)
                if viewer.is_closed:
                    self.ignore(viewer)
                    self.lost += 1
                    self.last_error = viewer.error or self.last_error

    def read_for(self, seconds: float) -> None:
        until_s = time.time() + seconds
        self.read_until(lambda: time.time() >= until_s, seconds + PATIENCE_S)

    def let_in(self, paths: list[str], receive_buffer: int | None = None) -> list[ViewerSocket]:
        """Open them, a few at a time, until all have had their hello."""
        waiting, entering, inside = deque(paths), list[ViewerSocket](), list[ViewerSocket]()

        def all_in() -> bool:
            for viewer in [viewer for viewer in entering if viewer.hello or viewer.is_closed]:
                entering.remove(viewer)
                inside.append(viewer)
            while waiting and len(entering) < AT_ONCE:
                entering.append(self.open(waiting.popleft(), receive_buffer))
            return not entering

        self.read_until(all_in)
        return inside

    def window(self, seconds: float) -> Window:
        self.lateness_s.clear()
        self.bytes = 0
        began_s, cpu_before, own_before = time.time(), self._cpu_s(), _cpu_s(self._own)
        self.read_for(seconds)
        took_s = time.time() - began_s
        cpu = [(after - before) / took_s for before, after in zip(cpu_before, self._cpu_s(), strict=True)]
        own_cpu = (_cpu_s(self._own) - own_before) / took_s
        late_ms = sorted(max(late_s, 0.0) * 1e3 for late_s in self.lateness_s if not math.isnan(late_s))
        return Window(
            took_s,
            len(late_ms),
            self.bytes,
            percentile(late_ms, 0.5),
            percentile(late_ms, 0.99),
            cpu,
            own_cpu,
            self.resident(),
        )

    def resident(self) -> list[int]:
        return [process.memory_info().rss for process in self._processes]

    def _cpu_s(self) -> list[float]:
        return [_cpu_s(process) for process in self._processes]


def percentile(ordered: list[float], share: float) -> float:
    """The value that `share` of all are below or at; infinite where there are none."""
    return ordered[max(math.ceil(len(ordered) * share) - 1, 0)] if ordered else math.inf


def attend(wanted: Wanted) -> Seen:
    audience = Audience(wanted)
    (host,) = audience.let_in([wanted.path])
    if host.hello is None:
        raise RuntimeError("the first viewer was not let in")
    audience.read_for(wanted.settle_s)
    alone_resident = audience.resident()
    path = wanted.room_path.format(room=host.hello["room"]) if wanted.room_path else wanted.path
    audience.let_in([path] * (wanted.viewers - 1))
    audience.read_for(wanted.settle_s)
    seen = Seen(alone_resident, audience.window(wanted.seconds))
    if wanted.joins:
        seen.hellos_ms, seen.joins_ms = _joins(audience, path)
    if wanted.seeks:
        seen.askers_seeks_ms, seen.everyones_seeks_ms = _seeks(audience, host)
    if wanted.stalled:
        for viewer in audience.let_in([path] * wanted.stalled, SMALL_BUFFER):
            audience.ignore(viewer)
        audience.read_for(wanted.stalled_settle_s)
        seen.beside_stalled = audience.window(wanted.seconds)
    seen.lost, seen.last_error = audience.lost, audience.last_error
    if wanted.room_path:
        host.send({"type": "pause"})  # the room outlives its viewers, and is not to be heard in the next measurement
        audience.read_for(POLL_S)
    return seen


def _joins(audience: Audience, path: str) -> tuple[list[float], list[float]]:
    """Milliseconds from connecting to the hello, and to the first frame, of viewers who come one after the other."""
    joined = []
    for _ in range(audience.wanted.joins):
        joined.append(audience.open(path))
        audience.read_for(audience.wanted.join_every_s)
    audience.read_until(lambda: all(viewer.first_frame_s or viewer.is_closed for viewer in joined))
    hellos_ms = [(viewer.hello_s - viewer.opened_s) * 1e3 for viewer in joined if viewer.hello_s]
    return hellos_ms, [(viewer.first_frame_s - viewer.opened_s) * 1e3 for viewer in joined if viewer.first_frame_s]


def _seeks(audience: Audience, host: ViewerSocket) -> tuple[list[float], list[float]]:
    """Milliseconds from the host's seek to the first frame of it, at the host and at everybody."""
    askers_ms, everyones_ms = [], []
    for number in range(audience.wanted.seeks):
        generation = host.generation + 1
        viewers = [viewer for viewer in audience.viewers if not viewer.is_closed]
        for viewer in viewers:
            viewer.await_generation(generation)
        asked_s = time.time()
        host.send({"type": "seek", "t": audience.wanted.seek_from_t + number, "request_id": str(number)})
        audience.read_until(lambda there=viewers: all(viewer.awaited_s or viewer.is_closed for viewer in there))
        askers_ms.append((host.awaited_s - asked_s) * 1e3)
        everyones_ms += [(viewer.awaited_s - asked_s) * 1e3 for viewer in viewers if viewer.awaited_s]
        audience.read_for(audience.wanted.seek_every_s)
    return askers_ms, everyones_ms


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    seen = attend(Wanted(**orjson.loads(sys.stdin.buffer.read())))
    sys.stdout.buffer.write(orjson.dumps(asdict(seen)))
    sys.stdout.flush()
    os._exit(0)  # a thousand sockets are closed sooner by the kernel
