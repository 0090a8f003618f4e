"""The two lines of a socket, and what becomes of one that fails."""

import logging
import re

import pytest
from channels.testing import WebsocketCommunicator

from core.log_formats import TextLines
from core.socket_log import LOGGED, SocketLog
from replays.playing.outbox import Outbox
from replays.socket import consumer
from replays.socket.routing import application

PATIENCE_S = 10


@pytest.fixture
def records(caplog):
    caplog.set_level(logging.INFO, "core.sockets")
    return caplog


def lines(records):
    return [record.getMessage() for record in records.records if record.name == "core.sockets"]


@pytest.fixture
def path(replay, layer):
    return f"/ws/v1/replays/{replay.public_id}/"


async def test_a_socket_is_a_line_when_it_comes_and_a_line_when_it_has_gone(path, connect, records):
    client = await connect(f"{path}?t=10", **{"x-request-id": "id-of-this-socket"})
    frames = 0
    while frames < 12:
        frames += len((await client.until("frames"))["frames"])
    await client.communicator.disconnect(code=1001, timeout=PATIENCE_S)

    began, ended = lines(records)
    assert began == f"WebSocket: {path} - IP: unknown"
    end = re.fullmatch(
        rf"WebSocket: {path} - Closed: 1001 - Duration: \d+\.\d{{3}}s - Frames: (\d+) - IP: unknown", ended
    )
    assert int(end[1]) >= frames
    record = records.records[-1]
    assert (record.close_code, record.frames, record.request_id) == (1001, int(end[1]), "id-of-this-socket")
    assert TextLines().format(record).endswith(" - ID: id-of-this-socket")


async def test_a_ticket_is_in_no_line(path, connect, records):
    client = await connect(f"{path}?ticket=s3cr3t-value&speed=-1")
    await client.until("close")
    await client.communicator.disconnect(timeout=PATIENCE_S)
    assert len(lines(records)) == 2
    assert not [record for record in records.records if "s3cr3t-value" in TextLines().format(record)]


@pytest.mark.parametrize("address", ["/ws/%0aforged", "/ws/v1/replays/a\nWebSocket: /forged/", "/\x1b[2J", "/\udcff"])
async def test_no_address_can_forge_a_line(records, address):
    sent = await outcome(Application(ACCEPT), address)
    assert sent == [ACCEPT]
    assert len(lines(records)) == 2
    assert all(line.isprintable() and " /forged" not in line for line in lines(records))


async def test_a_refused_handshake_says_so(records):
    communicator = WebsocketCommunicator(application, "/ws/", headers=[(b"host", b"evil.example")])
    assert (await communicator.connect(PATIENCE_S))[0] is False
    await communicator.wait(PATIENCE_S)
    assert re.fullmatch(r"WebSocket: /ws/ - Refused - Duration: \S+s - IP: unknown", lines(records)[1])


async def test_a_step_that_fails_closes_with_1011_and_without_a_word(path, connect, monkeypatch, capfd):
    async def fail(*_args):
        raise ValueError("SELECT secret")

    client = await connect(path, **{"x-request-id": "id-of-this-socket"})
    await client.until("hello")
    monkeypatch.setattr(consumer.ReplayConsumer, "_obey", fail)
    await client.say("pause")
    while (message := await client.communicator.receive_output(PATIENCE_S))["type"] != "websocket.close":
        assert "SELECT" not in message["text"]
    assert message == {"type": "websocket.close", "code": 1011}

    told = capfd.readouterr().err
    assert " | a socket failed - ID: id-of-this-socket\n    Traceback" in told
    assert "\n    ValueError: SELECT secret\n" in told


async def test_a_writer_that_fails_closes_with_1011(path, connect, records, monkeypatch):
    def fail(_outbox):
        raise ValueError("broken on purpose")

    monkeypatch.setattr(Outbox, "take", fail)
    client = await connect(path)
    assert await client.receive() == {"type": "close", "code": 1011}
    assert [record.exc_info[0] for record in records.records if record.exc_info] == [ValueError]


class Application:
    """Accepts, and does what it is told."""

    def __init__(self, *messages, error=None, logged=()):
        self.messages = messages
        self.error = error
        self.logged = dict(logged)
        self.scope = None

    async def __call__(self, scope, receive, send):
        self.scope = scope
        await receive()
        scope[LOGGED].update(self.logged)
        for message in self.messages:
            await send(message)
        if self.error:
            raise self.error


async def outcome(application, address="/ws/"):
    communicator = WebsocketCommunicator(SocketLog(application), "/")
    communicator.scope["path"] = address
    await communicator.send_input({"type": "websocket.connect"})
    await communicator.wait(PATIENCE_S)
    sent = []
    while not communicator.output_queue.empty():
        sent.append(await communicator.receive_output(PATIENCE_S))
    return sent


ACCEPT = {"type": "websocket.accept"}


@pytest.mark.parametrize("before", [(), (ACCEPT,)])
async def test_an_application_that_fails_anywhere_closes_with_1011(records, before):
    sent = await outcome(Application(*before, error=ValueError("SELECT secret")))
    assert sent == [*before, {"type": "websocket.close", "code": 1011}]
    assert "ValueError: SELECT secret" in TextLines().format(records.records[1])


async def test_what_is_closed_already_is_not_closed_again(records):
    closing = {"type": "websocket.close", "code": 4404}
    assert await outcome(Application(ACCEPT, closing, error=ValueError())) == [ACCEPT, closing]
    assert "Closed: 4404" in lines(records)[-1]


async def test_the_application_says_what_the_last_line_says(records):
    application = Application(ACCEPT, {"type": "websocket.close"}, logged={"frames": 7})
    await outcome(application)
    assert " - Closed: 1000 - " in lines(records)[1]
    assert " - Frames: 7 - " in lines(records)[1]
    assert re.fullmatch("[0-9a-f]{16}", application.scope["request_id"])
