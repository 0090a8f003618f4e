import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core import signing
from django.db import connection
from django.utils import timezone

from core import tickets
from core.models import Token
from core.tickets import VALID_S, TicketsUnavailable, WrongTicket, new_ticket, redeem
from f1site.redis_settings import django_caches

NOW = datetime(2026, 3, 8, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def user(db) -> User:
    return get_user_model().objects.create(username=f"marshal-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def token(db) -> Token:
    made, _text = Token.objects.create_key(name="a notebook")
    return made


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def used_marks(request, settings) -> str:
    """Where it is kept that a ticket was used."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    settings.CACHES = django_caches(url, prefix=f"test-{uuid.uuid4().hex}")
    return request.param


def ticket_for(holder: Token | User) -> str:
    return new_ticket(holder, NOW)[0]


def made_earlier(monkeypatch, holder: Token | User, *, seconds: int) -> str:
    now_s = signing.time.time()
    with monkeypatch.context() as patched:
        patched.setattr(signing.time, "time", lambda: now_s - seconds)
        return ticket_for(holder)


def test_a_ticket_says_whose_it_is(user, token, used_marks):
    assert redeem(ticket_for(user)) == user
    assert redeem(ticket_for(token)) == token


def test_it_is_good_once(user, used_marks):
    ticket = ticket_for(user)
    redeem(ticket)

    with pytest.raises(WrongTicket, match="used before"):
        redeem(ticket)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_bring_it_at_once_one_gets_in(used_marks, transactional_db):
    ticket = ticket_for(get_user_model().objects.create(username="marshal"))
    outcomes = []
    together = threading.Barrier(8)

    def bring() -> None:
        together.wait()
        try:
            outcomes.append(redeem(ticket).get_username())
        except WrongTicket:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=bring) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["marshal"] + ["refused"] * 7


def test_it_is_good_for_half_a_minute(user, monkeypatch):
    assert redeem(made_earlier(monkeypatch, user, seconds=VALID_S - 5)) == user

    with pytest.raises(WrongTicket, match="older than 30 seconds"):
        redeem(made_earlier(monkeypatch, user, seconds=VALID_S + 5))


def test_what_is_told_of_its_end_is_when_it_ends(user):
    assert new_ticket(user, NOW)[1] == NOW + timedelta(seconds=30)


def test_nothing_of_a_tokens_hash_is_in_it(token):
    payload = ticket_for(token).partition(".")[0]

    assert token.hashed_key.encode() not in signing.b64_decode(payload.encode())


def test_no_two_are_the_same_and_none_needs_quoting_in_an_address(user):
    made = {ticket_for(user) for _ in range(20)}

    assert len(made) == 20
    assert all(ticket.replace(".", "").replace("-", "").replace("_", "").isalnum() for ticket in made)
    assert max(map(len, made)) < tickets.MAX_CHARACTERS


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: "x" + text, lambda text: text.upper()])
def test_one_that_was_tampered_with_is_refused(user, change):
    with pytest.raises(WrongTicket, match="no ticket of this site"):
        redeem(change(ticket_for(user)))


@pytest.mark.parametrize("text", ["", "x", "a.b.c", ".", "🏁", "\0", pytest.param("x" * 1_000_000, id="long"), "null"])
def test_what_is_no_ticket_is_refused(db, text):
    with pytest.raises(WrongTicket, match="no ticket of this site"):
        redeem(text)


def test_what_the_site_signed_for_something_else_is_no_ticket(db):
    with pytest.raises(WrongTicket, match="no ticket of this site"):
        redeem(signing.dumps({"id": 1}))


def test_another_key_makes_other_tickets(user, settings):
    ticket = ticket_for(user)
    other = signing.TimestampSigner(key="another-key-that-somebody-guessed", salt="core.tickets", sep=".")
    forged = other.sign_object(["user", str(user.pk), "nonce"])

    with pytest.raises(WrongTicket):
        redeem(forged)
    assert redeem(ticket) == user


def test_whoever_is_locked_out_meanwhile_does_not_get_in(user, token):
    tickets_made = [ticket_for(user), ticket_for(token)]
    get_user_model().objects.update(is_active=False)
    Token.objects.update(expiry_date=timezone.now() - timedelta(hours=1))

    for ticket in tickets_made:
        with pytest.raises(WrongTicket, match="may not log in"):
            redeem(ticket)


def test_one_of_a_revoked_token_and_of_a_deleted_user_is_refused(user, token):
    made = [ticket_for(user), ticket_for(token)]
    user.delete()
    token.revoked = True
    token.save()

    for ticket in made:
        with pytest.raises(WrongTicket, match="may not log in"):
            redeem(ticket)


def test_where_nobody_can_say_whether_it_was_used_it_is_not_taken(user, settings, caplog):
    settings.CACHES = django_caches("redis://127.0.0.1:1/0", prefix="test")

    with pytest.raises(TicketsUnavailable):
        redeem(ticket_for(user))
    assert "tickets cannot be checked" in caplog.text
