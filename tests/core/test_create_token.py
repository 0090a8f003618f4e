"""`manage.py create_token`: the token on stdout, alone, so that a script can take it."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.api.tokens import valid_token
from core.models import Token

pytestmark = pytest.mark.django_db


def created(*arguments: str) -> tuple[str, str]:
    """What it writes to stdout and to stderr."""
    out, err = StringIO(), StringIO()
    call_command("create_token", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_it_prints_the_token_and_nothing_else():
    out, err = created("a notebook")
    token = valid_token(out.removesuffix("\n"))
    assert (token.name, token.scope, token.expiry_date) == ("a notebook", "read", None)
    assert "cannot be shown again" in err


def test_a_token_is_good_until_the_end_of_its_last_day():
    created("a notebook", "--scope", "build", "--expires", "2999-12-31")
    token = Token.objects.get()
    assert token.scope == "build"
    assert token.expiry_date == datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2999-12-31T18:00:00Z", "2999-12-31T18:00:00", "2999-12-31T19:00:00+01:00"])
def test_or_until_an_instant(text):
    created("a notebook", "--expires", text)
    assert Token.objects.get().expiry_date == datetime(2999, 12, 31, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["x" * 51], "name: Ensure this value has at most 50 characters"),
        (["  "], "name: This field cannot be blank"),
        (["x", "--scope", "everything"], "invalid choice: 'everything'"),
        (["x", "--expires", "tomorrow"], "--expires tomorrow: give a date like"),
        (["x", "--expires", "2027-02-30"], "--expires 2027-02-30: give a date like"),
        (["x", "--expires", "2020-01-01"], "--expires 2020-01-01: that has passed"),
    ],
)
def test_what_makes_no_sense_makes_no_token(arguments, complaint):
    with pytest.raises(CommandError, match=complaint.replace("(", r"\(")):
        created(*arguments)
    assert not Token.objects.exists()
