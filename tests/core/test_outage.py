"""A service that is away: who asks it, and what is said of it."""

import logging
from types import SimpleNamespace

import pytest

from core import outage
from core.outage import REST_S, Outage


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(outage, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_a_service_that_answers_is_always_asked(clock):
    redis = Outage("Redis", "going on without")
    redis.succeeded()
    assert all(redis.may_ask() for _ in range(5))


def test_while_it_is_away_one_caller_asks_now_and_then(clock):
    redis = Outage("Redis", "going on without")
    redis.failed(ConnectionError())
    assert not redis.may_ask()

    clock[0] += REST_S
    assert [redis.may_ask() for _ in range(3)] == [True, False, False]

    clock[0] += REST_S
    redis.failed(ConnectionError())
    assert not redis.may_ask()


def test_each_outage_is_one_warning_and_one_line_when_it_ends(clock, caplog):
    redis = Outage("Redis", "going on without")
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            for _ in range(3):
                redis.failed(ConnectionError())
            for _ in range(3):
                redis.succeeded()

    said = [
        ("WARNING", "Redis does not answer (ConnectionError): going on without"),
        ("INFO", "Redis answers again"),
    ]
    assert [(record.levelname, record.message) for record in caplog.records] == said * 2
    assert redis.may_ask()
