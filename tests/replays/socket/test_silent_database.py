"""A database that does not answer, or refuses, while somebody wants to come in."""

import threading

import pytest
from django.db import OperationalError

from replays.socket import consumer, entrance
from replays.socket.consumer import FULL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def path(replay) -> str:
    return f"/ws/v1/replays/{replay.public_id}/"


async def refusal(client) -> tuple[str, int]:
    return (await client.until("error"))["code"], (await client.receive())["code"]


@pytest.fixture
def silence(monkeypatch):
    """Questions to the database wait until the test is over."""
    over = threading.Event()
    for module, question in ((entrance, "replay_facts"), (consumer, "redeem")):
        monkeypatch.setattr(module, question, lambda _: over.wait(60))
        monkeypatch.setattr(module, "DATABASE_TIMEOUT_S", 0.1)
    yield
    over.set()


@pytest.mark.parametrize("query", ["", "?ticket=any"])
async def test_whoever_comes_is_told_that_it_cannot_be_now(path, connect, silence, query):
    assert await refusal(await connect(path + query)) == ("unavailable", FULL)


async def test_a_room_that_plays_does_not_notice_and_lets_nobody_in(path, connect, monkeypatch):
    host = await connect(path)
    room = (await host.until("hello"))["room"]

    def refuses(_replay_id: str) -> None:
        raise OperationalError("the database is shutting down")

    monkeypatch.setattr(entrance, "replay_facts", refuses)
    guest = await connect(f"/ws/v1/rooms/{room}/")

    assert await refusal(guest) == ("unavailable", FULL)
    for _ in range(3):
        await host.until("frames")
