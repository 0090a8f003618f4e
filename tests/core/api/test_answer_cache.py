"""Where answers are kept: in the process up to a number of bytes, and in Redis as long as that works."""

import logging
import socket
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.cache import caches

from core import outage
from core.api.answer_cache import SHARED, LocalAnswers, SharedAnswers
from f1site.redis_settings import django_caches


def test_the_answers_used_last_are_kept_up_to_so_many_bytes():
    answers = LocalAnswers(max_bytes=30)
    for key in "abc":
        answers.put(key, b"x" * 10)
    assert answers.get("a") == b"x" * 10

    answers.put("d", b"y" * 10)
    assert [key for key in "abcd" if answers.get(key)] == ["a", "c", "d"]

    answers.put("e", b"z" * 30)
    assert [key for key in "abcde" if answers.get(key)] == ["e"]


def test_an_answer_that_is_put_again_counts_once():
    answers = LocalAnswers(max_bytes=25)
    for _ in range(5):
        answers.put("a", b"x" * 10)
    answers.put("b", b"y" * 10)

    assert (answers.get("a"), answers.get("b")) == (b"x" * 10, b"y" * 10)


def test_an_answer_larger_than_all_room_is_not_kept():
    answers = LocalAnswers(max_bytes=10)
    answers.put("a", b"x" * 11)
    assert answers.get("a") is None

    answers.put("b", b"y" * 10)
    assert answers.get("b") == b"y" * 10


@pytest.fixture
def nobody_there(settings) -> None:
    """A Redis URL at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings.CACHES = {**settings.CACHES, **django_caches(f"redis://127.0.0.1:{port}/0", prefix="test")}


async def test_while_redis_is_away_nothing_is_kept_and_one_warning_says_so(nobody_there, caplog):
    answers = SharedAnswers()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await answers.put("a", b"x")
            assert await answers.get("a") is None

    assert [record.message for record in caplog.records] == [
        "the cache of answers does not answer (ConnectionError): going on without it"
    ]


async def test_after_a_rest_it_is_tried_again(nobody_there, redis_url, settings, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(outage, "time", SimpleNamespace(monotonic=lambda: now[0]))
    answers, key = SharedAnswers(), f"test-{uuid4().hex}"
    assert await answers.get(key) is None

    settings.CACHES = {**settings.CACHES, **django_caches(redis_url, prefix="test")}
    await answers.put(key, b"too early")
    assert await answers.get(key) is None
    now[0] += outage.REST_S
    await answers.put(key, b"kept")
    assert await answers.get(key) == b"kept"
    await caches[SHARED].adelete(key)


async def test_without_a_shared_cache_nothing_is_asked_and_nothing_warned(settings, caplog):
    settings.CACHES = {name: cache for name, cache in settings.CACHES.items() if name != SHARED}
    answers = SharedAnswers()

    await answers.put("a", b"x")
    assert await answers.get("a") is None
    assert caplog.records == []
