"""Sockets on daphne: who does not read is waited for, and every close code can be said."""

import asyncio
import socket
from functools import partial

import pytest

from f1site.daphne_sockets import DaphneSockets

PATIENCE_S = 5


class FakeTransport:
    """A connection's below TLS; it is its own handle."""

    family = socket.AF_INET
    disconnected = False
    is_read = True

    def getHandle(self):  # noqa: N802  Twisted's names
        return self

    def setsockopt(self, *option):
        self.option = option

    def pauseProducing(self):  # noqa: N802
        self.is_read = False

    def resumeProducing(self):  # noqa: N802
        self.is_read = True


class FakeProtocol:
    """daphne's, of a connection whose transport the test plays."""

    def __init__(self):
        self.producer = "of the request"
        self.sent = []
        self.transport = FakeTransport()

    def registerProducer(self, producer, streaming):  # noqa: N802
        assert streaming
        assert self.producer is None, "the transport takes one at a time"
        self.producer = producer

    def unregisterProducer(self):  # noqa: N802
        self.producer = None

    def sendCloseFrame(self, code):  # noqa: N802
        self.sent.append(code)


async def handle_reply(protocol, message):
    """As daphne does, which knows no code between."""
    code = message.get("code", 1000)
    assert code == 1000 or code >= 3000
    protocol.sent.append(message["type"].partition(".")[2])


@pytest.fixture
def protocol():
    return FakeProtocol()


def played(protocol, application):
    return asyncio.create_task(DaphneSockets(application)({"type": "websocket"}, None, partial(handle_reply, protocol)))


async def test_a_sender_waits_while_the_transport_has_enough(protocol):
    before = asyncio.Event()

    async def paused_at_first(scope, receive, send):
        await send({"type": "websocket.accept"})
        protocol.producer.pauseProducing()
        before.set()
        for _ in range(3):
            await send({"type": "websocket.send", "text": "x"})

    task = played(protocol, paused_at_first)
    await before.wait()
    await asyncio.sleep(0)
    assert protocol.sent == ["accept"]
    assert not protocol.transport.is_read, "answers to pings would pile up"

    protocol.producer.resumeProducing()
    assert protocol.transport.is_read
    await asyncio.wait_for(task, PATIENCE_S)
    assert protocol.sent == ["accept", "send", "send", "send"]
    assert protocol.producer is None


async def test_nobody_waits_for_a_connection_that_is_lost(protocol):
    async def application(scope, receive, send):
        await send({"type": "websocket.accept"})
        protocol.producer.pauseProducing()
        asyncio.get_running_loop().call_soon(protocol.producer.stopProducing)
        await send({"type": "websocket.send", "text": "x"})

    await asyncio.wait_for(played(protocol, application), PATIENCE_S)


@pytest.mark.parametrize(("code", "said"), [(1000, "close"), (1001, 1001), (1011, 1011), (4408, "close")])
async def test_every_close_code_can_be_said_also_to_one_that_does_not_read(protocol, code, said):
    async def application(scope, receive, send):
        await send({"type": "websocket.accept"})
        protocol.producer.pauseProducing()
        await send({"type": "websocket.close", "code": code})

    await asyncio.wait_for(played(protocol, application), PATIENCE_S)
    assert protocol.sent == ["accept", said]
    assert protocol.producer is None
    assert protocol.transport.is_read, "the answer to a close is still wanted"


async def test_who_is_gone_before_the_handshake_ends_is_left_alone(protocol):
    async def application(scope, receive, send):
        protocol.transport.disconnected = True
        await send({"type": "websocket.accept"})

    await asyncio.wait_for(played(protocol, application), PATIENCE_S)
    assert protocol.producer == "of the request"


async def test_a_refused_handshake_and_other_servers_are_left_alone(protocol):
    async def refusing(scope, receive, send):
        await send({"type": "websocket.close", "code": 1001 if protocol.sent else 1000})

    await asyncio.wait_for(played(protocol, refusing), PATIENCE_S)
    assert (protocol.sent, protocol.producer) == (["close"], "of the request")

    seen = []

    async def send(message):
        seen.append(message["code"])

    protocol.sent.append("something")
    await DaphneSockets(refusing)({"type": "websocket"}, None, send)
    assert seen == [1001]
