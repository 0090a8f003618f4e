"""How many requests are worked on at once, and what becomes of the others."""

import asyncio
import json

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from core.middleware import crossing
from core.middleware.crossing import CrossingMiddleware, give_back_connections


class Gate:
    """A view that lets nobody go before it is opened."""

    def __init__(self):
        self.open = asyncio.Event()
        self.inside = 0
        self.most = 0

    async def __call__(self, request):
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.open.wait()
        finally:
            self.inside -= 1
        return HttpResponse("done")


def requests(number, path="/api/v1/seasons/"):
    return [RequestFactory().get(path) for _ in range(number)]


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_others_wait_until_there_is_a_place(monkeypatch):
    monkeypatch.setattr(crossing, "AT_ONCE", 3)
    gate = Gate()
    middleware = CrossingMiddleware(gate)

    answers = [asyncio.create_task(middleware(request)) for request in requests(10)]
    await settle()
    assert (gate.inside, middleware.waiting) == (3, 7)

    gate.open.set()
    assert {answer.status_code for answer in await asyncio.gather(*answers)} == {200}
    assert gate.most == 3


async def test_who_finds_the_queue_full_is_refused_at_once(monkeypatch):
    monkeypatch.setattr(crossing, "AT_ONCE", 1)
    monkeypatch.setattr(crossing, "MAX_WAITING", 2)
    gate = Gate()
    middleware = CrossingMiddleware(gate)
    answers = [asyncio.create_task(middleware(request)) for request in requests(3)]
    await settle()

    refused = await middleware(requests(1)[0])

    assert (refused.status_code, refused["Content-Type"]) == (503, "application/problem+json")
    assert refused["Retry-After"] == str(crossing.RETRY_AFTER_S)
    assert json.loads(refused.content)["status"] == 503
    gate.open.set()
    assert {answer.status_code for answer in await asyncio.gather(*answers)} == {200}


async def test_who_waits_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(crossing, "AT_ONCE", 1)
    monkeypatch.setattr(crossing, "MAX_WAIT_S", 0.01)
    gate = Gate()
    middleware = CrossingMiddleware(gate)
    first = asyncio.create_task(middleware(requests(1)[0]))
    await settle()
    assert (await middleware(requests(1)[0])).status_code == 503
    gate.open.set()
    assert (await first).status_code == 200


async def test_a_place_is_given_back_by_who_fails_and_by_who_goes_away(monkeypatch):
    monkeypatch.setattr(crossing, "AT_ONCE", 1)

    async def fail(request):
        raise ValueError("broken")

    middleware = CrossingMiddleware(fail)
    for request in requests(3):
        with pytest.raises(ValueError, match="broken"):
            await middleware(request)

    gate = Gate()
    middleware = CrossingMiddleware(gate)
    working, waiting = (asyncio.create_task(middleware(request)) for request in requests(2))
    await settle()
    for task in (waiting, working):
        task.cancel()
    await asyncio.gather(waiting, working, return_exceptions=True)
    gate.open.set()
    assert (await middleware(requests(1)[0])).status_code == 200
    assert middleware.waiting == 0


@pytest.mark.django_db(transaction=True)
def test_the_connection_is_closed_when_the_answer_is_made():
    def view(request):
        connection.ensure_connection()
        return HttpResponse("done")

    give_back_connections(view)(requests(1)[0])
    assert connection.connection is None


@pytest.mark.django_db
def test_a_transaction_around_the_request_keeps_its_connection():
    def view(request):
        connection.ensure_connection()
        return HttpResponse("done")

    give_back_connections(view)(requests(1)[0])
    assert connection.in_atomic_block
    assert connection.connection is not None
