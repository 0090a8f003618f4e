"""Load on an HTTP server over loopback: so many kept-alive connections.

Each asks as soon as it was answered, or at its own times, spread evenly, where it is told how often.
"""

import asyncio
import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: `latencies_ms` of all answers, `seconds` from the first request to the last answer."""

    latencies_ms: list[float]
    seconds: float
    statuses: dict[int, int]

    @property
    def requests_a_second(self) -> float:
        return len(self.latencies_ms) / self.seconds

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.latencies_ms)

    @property
    def p99_ms(self) -> float:
        return statistics.quantiles(self.latencies_ms, n=100)[98]


def load(
    address: str,
    path_of: Callable[[int], str],
    *,
    connections: int,
    seconds: float,
    headers: str = "",
    every_s: float = 0.0,
) -> Load:
    """`path_of` gives the path of the n-th request; `headers` are whole lines. Every connection is answered once.

    Latencies are those from when a request was due.
    """
    return asyncio.run(_load(address, path_of, connections, seconds, headers, every_s))


async def _load(
    address: str, path_of: Callable[[int], str], connections: int, seconds: float, headers: str, every_s: float
) -> Load:
    host, _, port = address.rpartition(":")
    numbers = itertools.count()
    latencies_ms: list[float] = []
    statuses: dict[int, int] = {}
    opened = await asyncio.gather(*(asyncio.open_connection(host, int(port)) for _ in range(connections)))
    began = time.perf_counter()

    async def ask(place: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        due = began + every_s * place / connections
        while True:
            if every_s:
                await asyncio.sleep(max(due - time.perf_counter(), 0))
            sent = due if every_s else time.perf_counter()
            path = path_of(next(numbers))
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n".encode())
            status = await asyncio.wait_for(_read_answer(reader), PATIENCE_S)
            latencies_ms.append((time.perf_counter() - sent) * 1e3)
            statuses[status] = statuses.get(status, 0) + 1
            if time.perf_counter() - began > seconds:
                writer.close()
                return
            due += every_s

    await asyncio.gather(*(ask(place, reader, writer) for place, (reader, writer) in enumerate(opened)))
    return Load(latencies_ms, time.perf_counter() - began, statuses)


async def _read_answer(reader: asyncio.StreamReader) -> int:
    """The status; the body is read and forgotten."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" in head:
        while length := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(length + 2)
        await reader.readuntil(b"\r\n")
    elif (at := head.find(b"content-length:")) >= 0:
        await reader.readexactly(int(head[at + 15 : head.index(b"\r\n", at)]))
    return status
