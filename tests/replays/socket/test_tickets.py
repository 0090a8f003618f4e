"""A socket that says by a ticket who opens it, and those whose ticket is wrong."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.utils import timezone

from core.models import Token
from core.tickets import new_ticket
from replays.socket.consumer import ReplayConsumer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def token(transactional_db) -> Token:
    made, _text = Token.objects.create_key(name="a notebook")
    return made


@pytest.fixture
def ticket(token) -> str:
    return new_ticket(token, timezone.now())[0]


@pytest.fixture
def holders(monkeypatch) -> list:
    """Whose the sockets were that have ended."""
    seen, leave = [], ReplayConsumer.leave

    async def noted(consumer: ReplayConsumer) -> None:
        seen.append(consumer.scope["ticket"])
        await leave(consumer)

    monkeypatch.setattr(ReplayConsumer, "leave", noted)
    return seen


async def refusal(client) -> tuple[dict, int]:
    return await client.until("error"), (await client.receive())["code"]


async def test_a_ticket_opens_the_socket_and_says_whose_it_is(connect, replay, token, ticket, holders):
    client = await connect(f"/ws/v1/replays/{replay.public_id}/?paused=1&ticket={ticket}")

    await client.until("hello")
    await client.communicator.disconnect()
    assert holders == [token]


async def test_a_second_socket_with_it_is_refused(connect, replay, ticket):
    path = f"/ws/v1/replays/{replay.public_id}/?paused=1&ticket={ticket}"
    await (await connect(path)).until("hello")

    error, code = await refusal(await connect(path))

    assert (error["code"], code) == ("wrong_ticket", 4401)
    assert "used before" in error["detail"]


@pytest.mark.parametrize("wrong", ["", "x", "a.b.c", "%00", "%F0%9F%8F%81", "x" * 4000])
async def test_what_is_no_ticket_is_refused(connect, replay, wrong):
    error, code = await refusal(await connect(f"/ws/v1/replays/{replay.public_id}/?ticket={wrong}"))

    assert (error["code"], code) == ("wrong_ticket", 4401)
    assert error["detail"] == "this is no ticket of this site"


async def test_a_wrong_ticket_hears_nothing_of_whether_there_is_such_a_replay(connect, transactional_db):
    _error, code = await refusal(await connect("/ws/v1/replays/nosuch/?ticket=x"))

    assert code == 4401


async def test_of_somebody_who_may_not_log_in_any_more_it_is_refused(connect, replay):
    user = await get_user_model().objects.acreate(username="marshal")
    ticket, _expires = await sync_to_async(new_ticket)(user, timezone.now())
    await get_user_model().objects.aupdate(is_active=False)

    error, code = await refusal(await connect(f"/ws/v1/replays/{replay.public_id}/?ticket={ticket}"))

    assert (error["code"], code) == ("wrong_ticket", 4401)


async def test_without_a_ticket_a_socket_is_open_to_everyone(connect, replay, holders):
    client = await connect(f"/ws/v1/replays/{replay.public_id}/?paused=1")

    await client.until("hello")
    await client.communicator.disconnect()
    assert holders == [None]


async def test_with_nobody_to_ask_whether_it_was_used_the_socket_is_refused_as_unavailable(
    connect, replay, ticket, settings
):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": ["redis://127.0.0.1:1/0"],
        }
    }

    error, code = await refusal(await connect(f"/ws/v1/replays/{replay.public_id}/?ticket={ticket}"))

    assert (error["code"], code) == ("unavailable", 4503)
