"""Logging in to the admin, with as many attempts as are allowed and more."""

import itertools

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

LOG_IN = "/admin/login/"
RIGHT, WRONG = "green-flag-at-turn-one", "red-flag-at-turn-one"
_hosts = itertools.count(1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def curator(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a real one takes half a second
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return get_user_model().objects.create(username="curator", password=make_password(RIGHT), is_staff=True)


@pytest.fixture
def address() -> str:
    """An address from which no other test tried anything."""
    return f"198.51.100.{next(_hosts)}"


def attempt(address: str, password: str, username: str = "curator"):
    form = {"username": username, "password": password, "next": "/admin/"}
    return Client(REMOTE_ADDR=address).post(LOG_IN, form)


def fail(address: str, times: int, username: str = "curator") -> list[int]:
    return [attempt(address, WRONG, username).status_code for _ in range(times)]


def test_the_right_password_opens_the_admin(address):
    assert attempt(address, RIGHT).status_code == 302


def test_after_five_wrong_ones_the_right_one_is_refused_too_and_says_for_how_long(address):
    assert fail(address, 4) == [200] * 4
    assert fail(address, 1) == [429]

    refusal = attempt(address, RIGHT)

    assert refusal.status_code == 429
    assert refusal["Retry-After"] == "900"
    assert "15 minutes" in refusal.content.decode()
    assert "sessionid" not in refusal.cookies


def test_whoever_gets_it_right_in_time_begins_anew(address):
    fail(address, 4)
    assert attempt(address, RIGHT).status_code == 302

    assert fail(address, 4) == [200] * 4


def test_others_get_in_meanwhile(address):
    fail(address, 5)

    assert attempt(f"203.0.113.{next(_hosts)}", RIGHT).status_code == 302
    assert fail(address, 1, username="somebody else") == [200]


def test_another_address_of_the_same_ipv6_network_is_the_same_client():
    fail("2001:db8:1:2::1", 5)

    assert attempt("2001:db8:1:2:ffff::9", RIGHT).status_code == 429
    assert attempt("2001:db8:1:3::1", RIGHT).status_code == 302


def test_a_forwarded_address_that_nobody_vouches_for_changes_nothing(address):
    fail(address, 5)

    answer = Client(REMOTE_ADDR=address).post(
        LOG_IN, {"username": "curator", "password": RIGHT}, headers={"X-Forwarded-For": "192.0.2.1"}
    )
    assert answer.status_code == 429


def test_after_a_quarter_of_an_hour_it_is_forgiven_though_somebody_kept_trying(address, settings):
    fail(address, 7)

    AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME)

    assert attempt(address, RIGHT).status_code == 302


def test_neither_password_nor_session_is_kept_of_an_attempt(address):
    fail(address, 2)

    row = AccessAttempt.objects.get()
    assert WRONG not in row.post_data
    assert row.ip_address == address


def test_attempts_are_logged_those_that_fail_without_what_was_typed(address, caplog):
    with caplog.at_level("INFO"):
        fail(address, 1, username="typed-in-the-wrong-field")
        attempt(address, RIGHT)

    told = [record.getMessage() for record in caplog.records if record.name.startswith(("axes", "f1site.log_in"))]
    assert any("login failure" in line and address in line for line in told)
    assert told[-1] == f"Logged in: curator - IP: {address}"
    assert not any("typed-in" in line or WRONG in line or RIGHT in line for line in told)


@pytest.mark.parametrize("username", ["", "\0", "\r\nforged", "x" * 100_000, "🏁"])
def test_names_that_are_none_are_refused_like_others(address, username):
    assert fail(address, 1, username) == [200]


def test_the_api_does_not_ask_about_attempts(address, django_assert_num_queries):
    client = Client(REMOTE_ADDR=address)
    client.get("/api/v1/builds/")

    with django_assert_num_queries(0):
        assert client.get("/api/v1/builds/").status_code == 401


def test_a_new_password_must_not_be_easy_to_guess():
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    validate_password(RIGHT)
    for easy in ("short-one", "1q2w3e4r5t6y", "curator-2026"):
        with pytest.raises(ValidationError):
            validate_password(easy, get_user_model()(username="curator-2026"))


def test_a_form_of_too_many_fields_is_a_400_and_no_error_of_ours(client, caplog):
    """Anybody can send one: it is no stack trace in the log, and nobody is woken up for it."""
    answer = client.post("/admin/login/", {f"field{n}": "" for n in range(1001)})

    assert answer.status_code == 400
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
