"""Whose socket it is: limits of an address hold behind a proxy, and for all of an IPv6 network."""

import pytest

from core.client_address import ClientAddress
from replays.socket.consumer import RATE_LIMITED
from replays.socket.routing import application
from tests.replays.socket import conftest

pytestmark = pytest.mark.usefixtures("replay")


@pytest.fixture
def open_from(connect, replay, settings, monkeypatch):
    """Opens a socket through so many proxies with that `X-Forwarded-For`; what it is told first."""
    settings.WS_CONNECTIONS_PER_IP = 1

    async def opened(forwarded_for, hops=1):
        monkeypatch.setattr(conftest, "application", ClientAddress(application, hops))
        client = await connect(f"/ws/v1/replays/{replay.public_id}/?paused=1", **{"x-forwarded-for": forwarded_for})
        first = await client.receive()
        if first["type"] == "error":
            assert await client.receive() == {"type": "close", "code": RATE_LIMITED}
        return first["type"]

    return opened


async def test_every_client_behind_a_proxy_has_its_own_connections(open_from):
    assert await open_from("192.0.2.1") == "hello"
    assert await open_from("192.0.2.2") == "hello"
    assert await open_from("203.0.113.1, 192.0.2.1") == "error"


async def test_without_a_proxy_forged_headers_are_one_client(open_from):
    assert await open_from("192.0.2.1", hops=0) == "hello"
    assert await open_from("192.0.2.2", hops=0) == "error"


async def test_a_network_of_ipv6_addresses_is_one_client(open_from):
    assert await open_from("2001:db8:0:1::1") == "hello"
    assert await open_from("2001:db8:0:1:ffff::1") == "error"
    assert await open_from("2001:db8:0:2::1") == "hello"
