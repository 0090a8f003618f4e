"""Whom a connection is from, before a server that believes what its clients say."""

import asyncio

import pytest

from f1site.connected_peer import ConnectedPeer


class Cycle:
    """uvicorn's of one request: `send` is a method of what has the transport."""

    def __init__(self, peer, tls=None):
        self.transport = self
        self.facts = {"peername": peer, "sslcontext": tls}

    def get_extra_info(self, name):
        return self.facts[name]

    async def send(self, message):
        pass


def seen(send, **scope):
    """What an application inside sees."""
    scopes = []

    async def application(scope, receive, send):
        scopes.append(scope)

    asyncio.run(ConnectedPeer(application)(scope, None, send))
    return scopes[0]


FORGED = {"client": ("6.6.6.6", 0), "scheme": "https"}


def test_what_the_server_took_from_headers_does_not_count():
    scope = seen(Cycle(("127.0.0.1", 4321)).send, type="http", **FORGED)
    assert (scope["client"], scope["scheme"]) == (("127.0.0.1", 4321), "http")


@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
def test_a_connection_over_tls_is_one_and_ipv6_has_an_address(kind, scheme):
    scope = seen(Cycle(("2001:db8::1", 4321, 0, 0), tls=object()).send, type=kind, client=None, scheme="http")
    assert (scope["client"], scope["scheme"]) == (("2001:db8::1", 4321), scheme)


def test_who_comes_by_a_unix_socket_is_left_to_the_server():
    assert seen(Cycle("").send, type="http", client=None, scheme="http")["client"] is None


def test_other_servers_and_other_scopes_are_not_touched():
    async def send(message):
        pass

    assert seen(send, type="http", **FORGED) == {"type": "http", **FORGED}
    assert seen(Cycle(("127.0.0.1", 4321)).send, type="lifespan") == {"type": "lifespan"}
