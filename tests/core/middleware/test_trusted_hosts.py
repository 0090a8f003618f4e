import json
from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse, HttpResponseBase
from django.test import AsyncRequestFactory, RequestFactory

from core.middleware import trusted_hosts
from core.middleware.trusted_hosts import TrustedHostsMiddleware

Enter = Callable[..., HttpResponseBase]


def view(request):
    return HttpResponse("in")


async def async_view(request):
    return HttpResponse("in")


@pytest.fixture(params=["sync", "async"])
def enter(request: pytest.FixtureRequest, settings) -> Enter:
    """Comes with a Host. Not by Django's clients: the asynchronous one has its own, beside any other."""
    settings.ALLOWED_HOSTS = ["f1.example", "[::1]"]

    def entered(host: str | None, **headers: str) -> HttpResponseBase:
        factory = RequestFactory() if request.param == "sync" else AsyncRequestFactory()
        asked = factory.get("/", headers=headers)
        asked.META["HTTP_HOST"] = host
        if request.param == "sync":
            return TrustedHostsMiddleware(view)(asked)
        return async_to_sync(TrustedHostsMiddleware(async_view))(asked)

    return entered


@pytest.mark.parametrize("host", ["f1.example", "F1.EXAMPLE", "f1.example:8000", "f1.example.", "[::1]:8000"])
def test_names_of_the_site_are_let_in_at_any_port(enter, host):
    assert enter(host).content == b"in"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "f1.example.evil.example",
        "f1.example@evil.example",
        "f1.example,evil.example",
        "f1.example:x",
        "f1.example/x",
        "a b",
        "",
    ],
)
def test_any_other_is_a_problem_that_does_not_repeat_it(enter, host):
    response = enter(host)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert "evil" not in response.content.decode()
    assert json.loads(response.content)["title"] == "Bad Request"


def test_a_forwarded_host_is_not_believed(enter):
    assert enter("evil.example", **{"x-forwarded-host": "f1.example"}).status_code == 400


def test_what_is_remembered_has_an_end(rf, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["f1.example"]
    monkeypatch.setattr(trusted_hosts, "REMEMBERED", 3)
    middleware = TrustedHostsMiddleware(view)

    for port in range(10):
        assert middleware(rf.get("/", headers={"host": f"f1.example:{port}"})).content == b"in"
        assert len(middleware.ours) <= 3
