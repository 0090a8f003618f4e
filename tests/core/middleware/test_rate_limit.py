"""How many requests of the API pass in a minute, for whom, and what they are told. Sync and async alike."""

import asyncio

import pytest
from asgiref.sync import markcoroutinefunction
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from core.api import tokens
from core.api.tokens import Verdicts
from core.middleware.rate_limit import FOR_BULK, FOR_TOKENS, RateLimitMiddleware
from core.models import Token
from core.rate_limits import LocalWindows

SEASONS = "/api/v1/seasons/"
CHUNK = "/api/v1/replays/9f2c41d07be58a36/chunks/12/"
LIMIT = 3

pytestmark = pytest.mark.django_db


class Site:
    """The middleware around a view that says yes, called in one of the two ways."""

    def __init__(self, is_async):
        self.now_s = 1000.0
        self.is_async = is_async
        self.reached = 0
        self.middleware = RateLimitMiddleware(self._async_view if is_async else self._view, LocalWindows(self._clock))

    def _clock(self):
        return self.now_s

    def _view(self, request):
        self.reached += 1
        return HttpResponse("yes")

    async def _async_view(self, request):
        return self._view(request)

    def ask(self, path=SEASONS, method="GET", address="192.0.2.1", **headers):
        factory = AsyncRequestFactory() if self.is_async else RequestFactory()
        request = factory.generic(method, path, headers={name.replace("_", "-"): headers[name] for name in headers})
        request.META["REMOTE_ADDR"] = address
        answer = self.middleware(request)
        return asyncio.run(answer) if self.is_async else answer

    def passed(self, number, *arguments, **named):
        """How many of so many requests pass."""
        return sum(self.ask(*arguments, **named).status_code == 200 for _ in range(number))


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def site(request, settings):
    settings.RATE_LIMIT_PER_MINUTE = LIMIT
    return Site(request.param)


@pytest.fixture(autouse=True)
def nothing_known_of_tokens(monkeypatch):
    verdicts = Verdicts()
    monkeypatch.setattr(tokens, "VERDICTS", verdicts)
    monkeypatch.setattr("core.middleware.rate_limit.VERDICTS", verdicts)


def told(response):
    return {name: response[name] for name in response.headers if name.startswith(("RateLimit", "Retry"))}


def test_every_answer_says_what_is_left_and_until_when(site):
    assert told(site.ask()) == {"RateLimit-Limit": "3", "RateLimit-Remaining": "2", "RateLimit-Reset": "60"}
    site.now_s += 20.5
    assert told(site.ask()) == {"RateLimit-Limit": "3", "RateLimit-Remaining": "1", "RateLimit-Reset": "40"}
    site.ask()
    refused = site.ask()
    assert refused.status_code == 429
    assert told(refused) == {
        "RateLimit-Limit": "3",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "40",
        "Retry-After": "40",
    }
    assert site.reached == 3


def test_a_refusal_is_a_problem_that_says_when_to_come_back(site):
    site.passed(LIMIT)
    refused = site.ask()
    assert refused["Content-Type"] == "application/problem+json"
    assert b'"detail": "At most 3 requests a minute: again in 60 seconds."' in refused.content


def test_who_waits_as_long_as_was_said_has_a_whole_new_window(site):
    site.passed(LIMIT)
    wait_s = int(site.ask()["Retry-After"])

    site.now_s += wait_s - 1
    assert site.ask().status_code == 429
    site.now_s += 1
    assert site.passed(10) == LIMIT


@pytest.mark.parametrize(
    "path",
    ["/", "/health", "/metrics", "/docs", "/openapi.json", "/static/x.css", "/admin/", "/apiary/"],
)
def test_what_is_not_the_api_is_not_counted(site, path):
    assert site.passed(LIMIT + 1, path) == LIMIT + 1
    assert told(site.ask(path)) == {}


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/seasons", "/api/v9/x", "/api/v1/laps/?page=2"])
def test_all_of_the_api_is_one_window(site, path):
    assert site.passed(LIMIT) == LIMIT
    assert site.ask(path).status_code == 429


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_every_method_counts(site, method):
    assert site.passed(10, method=method) == LIMIT


def test_a_preflight_does_not_count(site):
    assert site.passed(10, method="OPTIONS", Access_Control_Request_Method="GET") == 10
    assert site.passed(10, method="GET", Access_Control_Request_Method="GET") == LIMIT


def test_every_address_has_its_own_window(site):
    assert site.passed(10, address="192.0.2.1") == LIMIT
    assert site.passed(10, address="192.0.2.2") == LIMIT


def test_of_ipv6_every_network_has_one(site):
    assert sum(site.passed(1, address=f"2001:db8:0:1::{n:x}") for n in range(10)) == LIMIT
    assert sum(site.passed(1, address=f"2001:db8:0:2:{n:x}::") for n in range(10)) == LIMIT


def test_chunks_have_a_limit_of_their_own(site):
    assert site.passed(LIMIT + 1) == LIMIT
    assert site.passed(LIMIT * FOR_BULK + 5, CHUNK) == LIMIT * FOR_BULK
    assert site.ask(CHUNK)["RateLimit-Limit"] == str(LIMIT * FOR_BULK)


@pytest.mark.parametrize("path", [f"{CHUNK}x", "/api/v1/replays/x/frames/", "/api/v1/laps/?x=/chunks/1/"])
def test_what_only_looks_like_a_chunk_counts_as_everything_else(site, path):
    assert site.passed(10, path) == LIMIT


def test_writing_to_a_chunk_counts_as_everything_else(site):
    assert site.passed(10, CHUNK, method="POST") == LIMIT


@pytest.mark.django_db(transaction=True)  # async, the token is looked up in a thread
def test_a_token_has_a_larger_window_wherever_it_comes_from(site):
    _token, text = Token.objects.create_key(name="a notebook")
    assert site.passed(LIMIT + 1) == LIMIT
    half = LIMIT * FOR_TOKENS // 2

    assert site.passed(half, Authorization=f"Bearer {text}") == half
    assert site.passed(100, Authorization=f"bearer {text}", address="192.0.2.9") == LIMIT * FOR_TOKENS - half
    assert site.passed(1, address="192.0.2.9") == 1


@pytest.mark.django_db(transaction=True)
def test_a_token_is_looked_up_once_a_minute(site, monkeypatch):
    _token, text = Token.objects.create_key(name="a notebook")
    looked_up = []
    valid_token = tokens.valid_token
    monkeypatch.setattr(tokens, "valid_token", lambda given: looked_up.append(given) or valid_token(given))

    site.passed(5, Authorization=f"Bearer {text}")

    assert looked_up == [text]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["invented", "revoked", "expired", "malformed", "other scheme"])
def test_a_token_that_is_no_good_buys_nothing(site, kind):
    token, text = Token.objects.create_key(name="a notebook")
    if kind == "revoked":
        Token.objects.update(revoked=True)
    if kind == "expired":
        Token.objects.update(expiry_date="2020-01-01T00:00Z")
    authorization = {
        "invented": f"Bearer {token.prefix}.{'x' * 32}",
        "malformed": "Bearer x",
        "other scheme": f"Basic {text}",
    }.get(kind, f"Bearer {text}")

    assert site.passed(10, Authorization=authorization) == LIMIT


@pytest.mark.django_db(transaction=True)
def test_a_new_invented_token_with_every_request_buys_nothing_either(site):
    assert sum(site.passed(1, Authorization=f"Bearer invented.{n:032}") for n in range(20)) == LIMIT


def test_zero_switches_it_off(settings):
    settings.RATE_LIMIT_PER_MINUTE = 0
    with pytest.raises(MiddlewareNotUsed):
        RateLimitMiddleware(lambda request: None)


def test_an_asynchronous_chain_stays_one(settings):
    settings.RATE_LIMIT_PER_MINUTE = LIMIT

    async def view(request):
        return HttpResponse()

    assert RateLimitMiddleware(view).is_async
    assert RateLimitMiddleware(markcoroutinefunction(lambda request: None)).is_async
    assert not RateLimitMiddleware(lambda request: None).is_async
