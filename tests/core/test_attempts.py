"""Attempts to get in, as django-ratelimit counts them: wrong tokens and log-ins, with Redis and without."""

import logging
import time

import pytest
from django.core.cache import CacheHandler
from django.test import RequestFactory
from django_ratelimit import core as django_ratelimit
from rest_framework.exceptions import AuthenticationFailed, Throttled

from core import attempts_cache
from core.api import tokens
from core.api.tokens import Verdicts, checked_token
from core.attempts import LOG_INS, WRONG_TOKENS
from core.models import Token
from core.outage import Outage
from f1site.redis_settings import django_caches

LIMIT = 20


@pytest.fixture(autouse=True)
def fresh(settings, monkeypatch):
    """Limits are on, nothing is counted or known yet, and the clock stands: no minute ends meanwhile."""
    settings.RATELIMIT_ENABLE = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.RATELIMIT_USE_CACHE = "default"
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": f"{time.time_ns()}"}
    monkeypatch.setattr(django_ratelimit, "caches", CacheHandler({"default": memory}))
    monkeypatch.setattr(tokens, "VERDICTS", Verdicts())
    monkeypatch.setattr(django_ratelimit, "_get_window", lambda value, period: int(time.time()) + period)
    now_s = time.time()
    monkeypatch.setattr(django_ratelimit.time, "time", lambda: now_s)


def request_from(address="192.0.2.1"):
    return RequestFactory().get("/", REMOTE_ADDR=address)


def invented(number):
    return f"invented.{number:032}"


def tried(number, *, first=0, address="192.0.2.1"):
    """Tries so many invented tokens: what comes of the last one."""
    for n in range(first, first + number):
        try:
            checked_token(request_from(address), invented(n))
        except (AuthenticationFailed, Throttled) as error:
            last = error
    return last


@pytest.mark.django_db
def test_after_so_many_wrong_tokens_an_address_has_to_wait():
    _token, good = Token.objects.create_key(name="a notebook")

    assert isinstance(tried(LIMIT), AuthenticationFailed)
    refused = tried(1, first=LIMIT)

    assert isinstance(refused, Throttled)
    assert 0 < refused.wait <= 60
    with pytest.raises(Throttled):
        checked_token(request_from(), good)  # or the guess that is right would show
    assert checked_token(request_from("192.0.2.2"), good).name == "a notebook"


@pytest.mark.django_db
def test_while_an_address_has_to_wait_nothing_is_looked_up(django_assert_num_queries):
    tried(LIMIT)
    with django_assert_num_queries(0):
        tried(1, first=LIMIT)


@pytest.mark.django_db
def test_the_same_wrong_token_again_is_no_further_attempt_and_no_query(django_assert_num_queries):
    first = tried(1)
    with django_assert_num_queries(0):
        for _ in range(2 * LIMIT):
            assert tried(1).detail == first.detail
    assert isinstance(tried(LIMIT - 1, first=1), AuthenticationFailed)


@pytest.mark.django_db
def test_a_token_that_was_good_a_moment_ago_suffers_not_from_its_neighbours():
    _token, good = Token.objects.create_key(name="a notebook")
    checked_token(request_from(), good)
    tried(LIMIT + 1)
    assert checked_token(request_from(), good).name == "a notebook"


@pytest.mark.django_db
def test_a_good_token_is_asked_for_every_time():
    _token, good = Token.objects.create_key(name="a notebook")
    checked_token(request_from(), good)
    Token.objects.update(revoked=True)
    with pytest.raises(AuthenticationFailed, match="revoked"):
        checked_token(request_from(), good)


@pytest.mark.django_db
def test_guessing_from_many_addresses_of_one_network_is_guessing_from_one():
    for n in range(LIMIT):
        tried(1, first=n, address=f"2001:db8::{n + 1:x}")
    assert isinstance(tried(1, first=LIMIT, address="2001:db8::ffff"), Throttled)
    assert isinstance(tried(1, first=LIMIT, address="2001:db8:0:1::"), AuthenticationFailed)


@pytest.mark.django_db
def test_over_http_it_is_a_429_that_says_when_to_come_back(client):
    tried(LIMIT, address="127.0.0.1")
    response = client.get("/api/v1/builds/", headers={"Authorization": f"Bearer {invented(LIMIT)}"})
    assert (response.status_code, response["Content-Type"]) == (429, "application/problem+json")
    assert 0 < int(response["Retry-After"]) <= 60


@pytest.mark.django_db
def test_log_ins_are_limited_whatever_the_names(client):
    def log_in(name):
        return client.post("/admin/login/", {"username": name, "password": "wrong"})

    assert {log_in(f"curator-{n}").status_code for n in range(LIMIT)} == {200}
    refused = log_in("another")

    assert refused.status_code == 429
    assert "Too many attempts to log in came from here" in refused.content.decode()
    assert 0 < int(refused["Retry-After"]) <= 60
    assert client.get("/admin/login/").status_code == 200
    assert client.post("/admin/login/", REMOTE_ADDR="192.0.2.2").status_code == 200


def test_verdicts_are_forgotten_after_a_minute_and_the_oldest_of_too_many():
    now = [0.0]
    verdicts = Verdicts(lambda: now[0], most=3)
    for text in "abcd":
        verdicts.put(text, tokens.Verdict(holder=text))
    assert [verdicts.get(text) is not None for text in "abcd"] == [False, True, True, True]
    now[0] = tokens.REMEMBERED_S
    assert verdicts.get("d") is None


@pytest.fixture
def in_redis(redis_server, monkeypatch):
    """Attempts are counted in a Redis of their own; its state is known to nobody else."""
    monkeypatch.setattr(attempts_cache, "REDIS", Outage("Redis", "each for itself"))
    caches = django_caches(redis_server.url, prefix=f"test-{time.time_ns()}")
    monkeypatch.setattr(django_ratelimit, "caches", CacheHandler({"default": caches["attempts"]}))
    return redis_server


def test_attempts_are_counted_in_redis(in_redis):
    for _ in range(LIMIT):
        assert LOG_INS.spend(request_from()) is None
    assert LOG_INS.spend(request_from()) is not None
    assert WRONG_TOKENS.wait_s(request_from()) is None
    with in_redis.client() as client:
        assert client.dbsize() == 2


def test_attempts_go_on_being_counted_while_redis_is_away(in_redis, caplog):
    with caplog.at_level(logging.WARNING):
        LOG_INS.spend(request_from())
        in_redis.kill()
        refused = [LOG_INS.spend(request_from()) is not None for _ in range(LIMIT + 1)]
    assert refused == [False] * LIMIT + [True]
    assert [record.message for record in caplog.records] == ["Redis does not answer (ConnectionError): each for itself"]
