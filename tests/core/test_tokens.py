"""Tokens: what they are made of, whom they let in, and how the admin shows one once."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.api.authentication import TokenAuthentication
from core.models import Token, TokenScope

pytestmark = pytest.mark.django_db

ADMIN = "/admin/core/token/"


def authenticated(authorization: str | None):
    headers = {} if authorization is None else {"Authorization": authorization}
    return TokenAuthentication().authenticate(Request(RequestFactory().get("/", headers=headers)))


@pytest.fixture
def made() -> tuple[Token, str]:
    return Token.objects.create_key(name="a notebook", scope="read")


def test_the_token_lets_in_who_holds_it(made):
    token, text = made
    for authorization in (f"Bearer {text}", f"bearer  {text} "):
        assert authenticated(authorization) == (None, token)


def test_only_its_hash_is_stored(made):
    token, text = made
    stored = " ".join(str(value) for value in Token.objects.values_list().get())
    assert text.partition(".")[2] not in stored
    assert token.prefix == text.partition(".")[0]


@pytest.mark.parametrize("authorization", [None, "", "Basic YTpi", "Api-Key x.y", "Token x"])
def test_other_ways_to_come_in_are_left_to_others(authorization):
    assert authenticated(authorization) is None


@pytest.mark.parametrize(
    "text", ["", "x", "x.", ".x", "nonsense.nonsense", "a b.c", "\xe9.\xe9", "x\0.y", "a.b.c", "x." + "y" * 5000]
)
def test_what_is_no_token_lets_nobody_in(made, text):
    with pytest.raises(AuthenticationFailed):
        authenticated(f"Bearer {text}")


def test_the_prefix_alone_is_not_enough(made):
    token, text = made
    for other in (f"{token.prefix}.{'x' * 32}", text[:-1], text + "x"):
        with pytest.raises(AuthenticationFailed, match="unknown"):
            authenticated(f"Bearer {other}")


def test_a_revoked_token_lets_nobody_in(made):
    token, text = made
    token.revoked = True
    token.save()
    with pytest.raises(AuthenticationFailed, match="revoked"):
        authenticated(f"Bearer {text}")


def test_a_token_lets_nobody_in_once_it_expires(made):
    text = made[1]
    Token.objects.update(expiry_date=timezone.now() + timedelta(minutes=1))
    assert authenticated(f"Bearer {text}") is not None
    Token.objects.update(expiry_date=timezone.now() - timedelta(seconds=1))
    with pytest.raises(AuthenticationFailed, match="expired at 2"):
        authenticated(f"Bearer {text}")


def test_it_takes_one_query(made, django_assert_num_queries):
    with django_assert_num_queries(1):
        authenticated(f"Bearer {made[1]}")


def test_a_scope_includes_those_before_it():
    allowed = {(has, asks): Token(scope=has).allows(asks) for has in TokenScope for asks in TokenScope}
    assert allowed == {
        ("read", "read"): True,
        ("read", "build"): False,
        ("build", "read"): True,
        ("build", "build"): True,
    }


def test_there_are_no_other_scopes():
    with pytest.raises(IntegrityError):
        Token.objects.create_key(name="x", scope="everything")


def test_over_http_a_wrong_token_is_a_401_that_says_so(client):
    response = client.get("/api/v1/builds/", headers={"Authorization": "Bearer wrong.wrong"})
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert response["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'
    assert response.json()["detail"] == "This token is unknown, or it was revoked."


def test_the_admin_shows_a_new_token_once(admin_client):
    made = admin_client.post(f"{ADMIN}add/", {"name": "the lab", "scope": "build"})

    messages = " ".join(map(str, get_messages(made.wsgi_request)))
    (text,) = re.findall(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}", messages)
    assert authenticated(f"Bearer {text}")[1].name == "the lab"
    page = admin_client.get(ADMIN).content.decode()
    assert text in page  # the message
    assert text not in admin_client.get(ADMIN).content.decode()


def test_the_admin_changes_no_scope_and_takes_no_revocation_back(admin_client, made):
    address = f"{ADMIN}{made[0].pk}/change/"
    admin_client.post(address, {"name": "renamed", "scope": "build", "revoked": "on"})
    token = Token.objects.get()
    assert (token.name, token.scope, token.revoked) == ("renamed", "read", True)
    admin_client.post(address, {"name": "renamed"})
    assert Token.objects.get().revoked


def test_the_admin_has_no_tokens_of_the_library(admin_client):
    assert admin_client.get("/admin/rest_framework_api_key/apikey/").status_code == 404
