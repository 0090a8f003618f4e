"""A request of the API without cookies takes the short way; whatever may have a session takes all of it."""

import pytest
from asgiref.sync import async_to_sync
from django.http import JsonResponse
from django.test import AsyncClient, RequestFactory, override_settings
from django.urls import path

from core.middleware.pages import beyond


def has_session(request):
    return JsonResponse({"session": hasattr(request, "session"), "user": hasattr(request, "user")})


urlpatterns = [path("api/v1/session/", has_session), path("apish/", has_session), path("page/", has_session)]
SHORT, WHOLE = {"session": False, "user": False}, {"session": True, "user": True}
COOKIE = {"headers": {"cookie": "sessionid=abcdefghijklmnopqrstuvwxyz"}}


@pytest.fixture(autouse=True)
def _site():
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.mark.parametrize(
    ("address", "more", "way"),
    [
        ("/api/v1/session/", {}, SHORT),
        ("/api/v1/session/", COOKIE, WHOLE),
        ("/page/", {}, WHOLE),
        ("/apish/", {}, WHOLE),
    ],
)
def test_the_way_is_short_for_the_api_without_cookies_alone(ask, address, more, way):
    answer = ask(address, **more)

    assert answer.json() == way
    assert answer["Content-Length"] == str(len(answer.content))


def test_where_django_puts_bridges_between_the_whole_way_is_taken(settings):
    """In an asynchronous handler, before the one that is synchronous only."""
    settings.MIDDLEWARE = ["core.middleware.pages.PagesMiddleware", *settings.PAGE_MIDDLEWARE]

    answer = async_to_sync(AsyncClient().get)("/api/v1/session/")

    assert answer.json() == WHOLE


def test_what_is_not_named_next_is_not_passed():
    def view(request):
        return JsonResponse({})

    assert beyond(view, ["django.contrib.sessions.middleware.SessionMiddleware"]) is None
    assert beyond(view, []) is view
    assert view(RequestFactory().get("/")).content == b"{}"
