"""Rooms across processes, and viewers that do not read."""

import asyncio
import re
import socket
from itertools import pairwise

import pytest

from tests.replays.room_house import House

pytestmark = pytest.mark.slow

FULL = 4503
STALLED, READERS = 50, 5
LONG_ENOUGH_S = 5
"""At 120 KB a second the buffers of the two machines are full long before."""
MAX_GROWTH_BYTES = 15e6
"""Of 30 MB that were sent to them in vain."""
PATIENCE_S = 60


@pytest.fixture
def house(tmp_path, redis_server):
    house = House(tmp_path, REDIS_URL=redis_server.url, MAX_CONCURRENT_REPLAYS="3")
    yield house
    house.stop()


async def test_viewers_of_two_processes_see_the_same_and_all_processes_together_carry_so_many_rooms(house):
    a, b = house.start(), house.start()
    at_a = await house.host(a)
    at_b = await house.guest(b, at_a)
    assert (at_a.hello["role"], at_b.hello["role"]) == ("host", "viewer")
    await at_b.say("pause", request_id="1")
    assert (await at_b.next("error", request_id="1"))["code"] == "not_allowed"

    await at_a.say("seek", t=110, request_id="2")
    await asyncio.gather(*(viewer.next("state", t=110.0) for viewer in (at_a, at_b)))
    while not all(viewer.times[-1] > 111 and viewer.times[-1] < 120 for viewer in (at_a, at_b)):
        await asyncio.gather(*(viewer.next("frames") for viewer in (at_a, at_b)))
    seen = [
        {frame["t"]: frame for message in viewer.frames for frame in message["frames"] if 110 <= frame["t"] <= 111}
        for viewer in (at_a, at_b)
    ]
    assert seen[0] == seen[1]
    assert len(seen[0]) == 31

    others = [await house.host(server) for server in (a, b)]
    refused = await house.host(b)
    assert refused.seen[0]["code"] == "full"
    assert refused.connection.close_code == FULL

    await others[0].close()
    assert (await house.host(b)).hello["role"] == "host", "a room that was left gives way"
    before = at_b.seen[-1]
    await at_a.close()
    assert (await at_b.next("room", since=before, host=True))["viewers"] == 1
    await at_b.say("control", control="everyone", request_id="3")
    await at_b.next("state", request_id="3")


async def test_a_room_that_everyone_left_goes_on_for_whoever_has_its_address(house):
    a, b = house.start(), house.start()
    at_a = await house.host(a)
    at_b = await house.guest(b, at_a)
    await at_a.say("control", control="everyone", request_id="1")
    await at_b.next("room", control="everyone")
    await at_b.say("speed", speed=2, request_id="2")
    told = await at_b.next("state", request_id="2")
    assert (await at_a.until(lambda message: message.get("speed") == 2))["generation"] == told["generation"]

    await at_a.close()
    await at_b.close()
    await asyncio.sleep(1)
    back = await house.guest(b, at_a)
    assert (back.hello["role"], back.hello["control"]) == ("host", "everyone")
    frame = (await back.next("frames"))["frames"][0]
    state = await back.until(lambda message: message["type"] == "state")
    assert abs(state["t"] - told["t"] - 2 * (state["server_time"] - told["server_time"])) < 0.2, "the clock ran on"
    assert 0 <= frame["t"] - state["t"] < 0.2
    assert frame["t"] > told["t"] + 2


class Stalled:
    """A viewer that has shaken hands and reads no more until `read` is called; what it takes in at once is little."""

    def __init__(self, port: int, path: str) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert b" 101 " in self.socket.recv(100)

    def read(self, until: float) -> list[float]:
        """Media times of the frames, up to one after `until`."""
        self.socket.settimeout(PATIENCE_S)
        times, data = [], b""
        while not times or times[-1] <= until:
            data += self.socket.recv(65536)
            times = [float(t) for t in re.findall(rb'"frames":\[\{"t":([0-9.]+),', data)]
        return times


@pytest.mark.parametrize("kind", ["serve", "daphne"])
async def test_viewers_that_do_not_read_cost_the_others_nothing_and_little_memory(tmp_path, redis_server, kind):
    settings = {"REDIS_URL": redis_server.url, "REPLAY_FPS": "60", "WS_CONNECTIONS_PER_IP": "100"}
    house = House(tmp_path, demo=True, **settings)
    try:
        server = house.start(kind)
        host = await house.host(server)
        readers = [host, *[await house.guest(server, host) for _ in range(READERS - 1)]]
        await host.next("frames")
        before = server.resident_bytes()
        path = f"/ws/v1/rooms/{host.hello['room']}/?batch=1"
        stalled = [Stalled(server.port, path) for _ in range(STALLED)]
        await host.until(lambda message: message.get("viewers") == STALLED + READERS)
        for _ in range(LONG_ENOUGH_S * 5):
            await host.next("frames")
        for reader in readers:
            assert all(0 < later - earlier < 1.5 / 60 for earlier, later in pairwise(reader.times)), "each, in order"
        assert server.resident_bytes() - before < MAX_GROWTH_BYTES

        times = await asyncio.to_thread(stalled[0].read, host.times[-1])
        assert all(later > earlier for earlier, later in pairwise(times))
        assert max(later - earlier for earlier, later in pairwise(times)) > 1, "it was really behind, and skips"
        for viewer in stalled:
            viewer.socket.close()
        await host.until(lambda message: message.get("viewers") == READERS, after=len(host.seen) - 1)
    finally:
        house.stop()
