from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from core.models import Token
from core.tickets import redeem

TICKETS = "/api/v1/tickets/"
JSON = "application/json"

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> tuple[Token, str]:
    return Token.objects.create_key(name="a notebook")


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


@pytest.mark.parametrize("address", [TICKETS, "/api/v1/tickets", "/api/tickets"])
def test_the_holder_of_a_token_gets_a_ticket(client, token, address):
    answer = client.post(address, headers=bearer(token[1]))

    assert answer.status_code == 201
    assert answer.json().keys() == {"ticket", "expires"}
    assert redeem(answer.json()["ticket"]) == token[0]


def test_it_is_told_until_when_it_is_good(client, token):
    before = timezone.now()
    answer = client.post(TICKETS, headers=bearer(token[1]))

    expires = parse_datetime(answer.json()["expires"])
    assert answer.json()["expires"].endswith("Z")
    assert before + timedelta(seconds=30) <= expires <= timezone.now() + timedelta(seconds=30)


def test_nobody_else_is_to_keep_it(client, token):
    answer = client.post(TICKETS, headers=bearer(token[1]))

    assert answer["Cache-Control"] == "no-store"
    assert {"Authorization", "Cookie"} <= set(answer["Vary"].split(", "))


def test_whoever_is_logged_in_gets_one_with_the_csrf_token_alone():
    user = get_user_model().objects.create(username="marshal")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.get("/admin/login/")
    csrf = next(cookie.value for name, cookie in client.cookies.items() if name.endswith("csrftoken"))

    assert client.post(TICKETS, content_type=JSON).status_code == 403
    answer = client.post(TICKETS, content_type=JSON, headers={"X-CSRFToken": csrf})
    assert answer.status_code == 201
    assert redeem(answer.json()["ticket"]) == user


def test_a_stranger_gets_none_and_hears_how_to_come_back(client):
    answer = client.post(TICKETS)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_wrong_token_gets_none(client):
    assert client.post(TICKETS, headers=bearer("abcdefgh." + "x" * 32)).status_code == 401


def test_there_is_nothing_to_read_there(client, token):
    answer = client.get(TICKETS, headers=bearer(token[1]))

    assert answer.status_code == 405
    assert answer["Allow"] == "POST, OPTIONS"


def test_an_unknown_parameter_is_refused(client, token):
    answer = client.post(f"{TICKETS}?scope=all", headers=bearer(token[1]))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "scope"
