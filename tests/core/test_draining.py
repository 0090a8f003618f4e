"""What happens before a server stops, and to sockets that come then."""

import asyncio
import signal
import threading

import pytest

from core import draining
from core.draining import Draining, heed_signals, on_drain, say_farewell


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No farewell of the site, and signals as they were."""
    monkeypatch.setattr(draining, "_farewells", [])
    monkeypatch.setattr(draining, "DRAINING", threading.Event())
    before = {number: signal.getsignal(number) for number in draining.SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_farewells_are_said_together(caplog):
    met = asyncio.Barrier(2)
    said = []

    @on_drain
    async def one():
        await met.wait()
        said.append("one")

    @on_drain
    async def another():
        await met.wait()
        said.append("another")

    await say_farewell()
    assert sorted(said) == ["another", "one"]
    assert caplog.records == []


async def test_one_that_fails_or_takes_too_long_holds_up_nobody(monkeypatch, caplog):
    monkeypatch.setattr(draining, "FAREWELL_S", 0.05)
    ended = asyncio.Event()

    @on_drain
    async def fails():
        raise ValueError("broken")

    @on_drain
    async def stays():
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    await say_farewell()
    assert [record.message for record in caplog.records] == ["a farewell failed"]
    async with asyncio.timeout(5):
        await ended.wait()


async def test_the_server_hears_the_first_signal_after_the_farewells_and_the_second_at_once():
    heard, waiting = [], asyncio.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))

    @on_drain
    async def farewell():
        await waiting.wait()

    heed_signals()
    signal.raise_signal(signal.SIGTERM)
    assert draining.DRAINING.is_set()
    await asyncio.sleep(0.01)
    assert heard == []

    signal.raise_signal(signal.SIGTERM)
    assert heard == [signal.SIGTERM]
    waiting.set()
    async with asyncio.timeout(5):
        while len(heard) < 2:  # noqa: ASYNC110  a signal handler cannot set an event of the loop
            await asyncio.sleep(0.001)


async def asked(application, **scope):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    await application({"type": "websocket", **scope}, receive, send)
    return sent


async def test_new_sockets_are_refused_once_the_process_stops():
    async def application(scope, receive, send):
        await send({"type": "websocket.accept"})

    guarded = Draining(application)
    assert await asked(guarded) == [{"type": "websocket.accept"}]

    draining.DRAINING.set()
    assert [message["type"] for message in await asked(guarded)] == ["websocket.close"]
    start, _body = await asked(guarded, extensions={"websocket.http.response": {}})
    assert start["status"] == 503
