"""Every close code of the protocol, reached from outside, on a real server."""

import asyncio
import contextlib
import re
import signal
import socket
from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import NamedTuple

import pytest
import websockets

from tests.f1site.environment import PROJECT
from tests.replays.room_house import PATIENCE_S, House, Server, Watcher

pytestmark = pytest.mark.slow

CONNECTIONS, ROOMS = 12, 3
MESSAGES_PER_SECOND = 20
BAD_MESSAGES = 20
MANY = 1000
"""More than the buffers on the way and the server's own queue take for a viewer that does not read."""


class Site(NamedTuple):
    house: House
    server: Server


Closed = tuple[str, int]
"""The code of the last message, or its type, and the close code."""
Way = Callable[[Site], Awaitable[Closed]]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    house = House(
        tmp_path_factory.mktemp("site"), WS_CONNECTIONS_PER_IP=str(CONNECTIONS), MAX_CONCURRENT_REPLAYS=str(ROOMS)
    )
    try:
        yield Site(house, house.start())
    finally:
        house.stop()


async def end_of(watcher: Watcher) -> Closed:
    closed = await watcher.until(lambda message: message["type"] == "closed")
    last = watcher.seen[-2] if len(watcher.seen) > 1 else closed
    return last.get("code", last["type"]), closed["code"]


async def wrong_query(site: Site) -> Closed:
    return await end_of(await site.house.host(site.server, "?speed=fast"))


async def bad_messages(site: Site) -> Closed:
    watcher = await site.house.host(site.server, "?paused=1")
    for _ in range(BAD_MESSAGES + 1):
        await watcher.say("nonsense")
        await asyncio.sleep(2 / MESSAGES_PER_SECOND)
    return await end_of(watcher)


async def wrong_ticket(site: Site) -> Closed:
    return await end_of(await site.house.host(site.server, "?ticket=forged"))


async def no_such_replay(site: Site) -> Closed:
    return await end_of(await Watcher.of(site.server.url("/ws/v1/replays/nothing/")))


async def no_such_room(site: Site) -> Closed:
    return await end_of(await Watcher.of(site.server.url("/ws/v1/rooms/nothing/")))


async def does_not_read(site: Site) -> Closed:
    host = await site.house.host(site.server)
    await host.say("control", control="everyone")
    others = [await site.house.guest(site.server, host) for _ in range(CONNECTIONS - 2)]
    with socket.socket() as narrow:
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        narrow.connect(("127.0.0.1", site.server.port))
        narrow.setblocking(False)
        url = site.server.url(f"/ws/v1/rooms/{host.hello['room']}/")
        stalled = await websockets.connect(url, sock=narrow, max_queue=1, ping_interval=None)
        for viewer in cycle(others):  # states and snapshots, which are never left out
            await viewer.say("seek", t=100)
            await asyncio.sleep(2 / MESSAGES_PER_SECOND / len(others))
            if sum(message["type"] in ("state", "snapshot") for message in host.seen) > MANY:
                break
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    await stalled.recv()
    for viewer in (host, *others):
        assert not viewer.is_closed
        await viewer.close()
    return "", stalled.close_code or 0


async def many_messages(site: Site) -> Closed:
    watcher = await site.house.host(site.server, "?paused=1")
    with contextlib.suppress(websockets.ConnectionClosed):
        for _ in range(10 * MESSAGES_PER_SECOND):
            await watcher.say("ping")
    return await end_of(watcher)


async def many_connections(site: Site) -> Closed:
    host = await site.house.host(site.server, "?paused=1")
    guests = [await site.house.guest(site.server, host) for _ in range(CONNECTIONS - 1)]
    refused = await site.house.guest(site.server, host)
    for viewer in (host, *guests):
        assert not viewer.is_closed
        await viewer.close()
    return await end_of(refused)


async def one_room_too_many(site: Site) -> Closed:
    hosts = [await site.house.host(site.server, "?paused=1") for _ in range(ROOMS)]
    refused = await site.house.host(site.server)
    for host in hosts:
        assert not host.is_closed
        await host.close()
    return await end_of(refused)


async def long_message(site: Site) -> Closed:
    watcher = await site.house.host(site.server, "?paused=1&fps=0")
    await watcher.say("ping", request_id="x" * 70_000)
    return "", (await end_of(watcher))[1]


async def restart(site: Site) -> Closed:
    server = site.house.start()
    watcher = await site.house.host(server)
    server.process.send_signal(signal.SIGTERM)
    return await end_of(watcher)


async def nothing_stored(site: Site) -> Closed:
    server = site.house.start(REPLAY_STORAGE=site.house.environment["REPLAY_STORAGE"] + "-empty")
    return await end_of(await site.house.host(server))


WAYS: list[tuple[Way, Closed]] = [
    (wrong_query, ("bad_value", 4400)),
    (bad_messages, ("bad_client", 4400)),
    (wrong_ticket, ("wrong_ticket", 4401)),
    (no_such_replay, ("not_found", 4404)),
    (no_such_room, ("not_found", 4404)),
    (does_not_read, ("", 4408)),
    (many_messages, ("rate_limited", 4429)),
    (many_connections, ("rate_limited", 4429)),
    (one_room_too_many, ("full", 4503)),
    (long_message, ("", 1009)),
    (restart, ("bye", 1001)),
    (nothing_stored, ("unreadable_replay", 1011)),
]


@pytest.mark.parametrize(("way", "expected"), WAYS, ids=[way.__name__ for way, _ in WAYS])
async def test_who_is_sent_away_is_told_why_and_by_which_code(site, way, expected):
    assert await way(site) == expected


def test_each_code_that_the_protocol_lists_is_reached_here():
    table = (PROJECT / "docs" / "protocol.md").read_text().rpartition("| code | meaning |")[2]
    listed = {int(code) for code in re.findall(r"^\| (\d{4}) \|", table, re.MULTILINE)}
    assert listed == {code for _, (_, code) in WAYS}
