"""Answers without a database: each is asked for as if nothing were kept, and the log is not filled with it."""

import logging
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync, markcoroutinefunction
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from core import outage
from core.api.freshness import Freshness
from core.middleware.answers import AnswersMiddleware
from core.outage import REST_S

SCOPE = "everything"


class StampsOf:
    """Stamps of a database that is there or not."""

    def __init__(self) -> None:
        self.is_away = False
        self.asked = 0

    def scope_of(self, request) -> str:
        return SCOPE

    def read(self, scopes):
        self.asked += 1
        if self.is_away:
            raise OperationalError("connection refused")
        return {SCOPE: Freshness("stamp")}


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(outage, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


@pytest.fixture
def site():
    async def view(request):
        return HttpResponse(b"[]", content_type="application/json")

    markcoroutinefunction(view)
    middleware = AnswersMiddleware(view)
    middleware.stamps = StampsOf()
    return middleware


def test_a_database_that_is_away_is_one_warning_and_asked_now_and_then(site, clock, caplog):
    site.stamps.is_away = True

    @async_to_sync
    async def ask(times):
        return [await site(RequestFactory().get("/api/v1/seasons/")) for _ in range(times)]

    with caplog.at_level(logging.INFO):
        assert all(answer.status_code == 200 and "ETag" not in answer for answer in ask(20))
        assert site.stamps.asked == 1
        clock[0] += REST_S
        ask(5)
        assert site.stamps.asked == 2

        site.stamps.is_away = False
        clock[0] += REST_S
        site.reader = None  # one belongs to a loop
        assert all("ETag" in answer for answer in ask(3))

    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in told] == ["WARNING", "INFO"]
    assert "The database does not answer (OperationalError)" in told[0][1]
    assert told[1][1] == "The database answers again"
