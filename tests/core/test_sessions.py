"""Which keys of sessions are looked up."""

import pytest

from core.sessions import SessionStore

pytestmark = pytest.mark.django_db
SAID = ["a" * 16 + "\0" + "b" * 15, "a" * 31 + "\u00ff", "a" * 31 + "\n", "a" * 31 + "'", "short", "", None]


@pytest.mark.parametrize("said", SAID)
def test_what_is_no_key_is_looked_up_nowhere(said, django_assert_num_queries):
    with django_assert_num_queries(0):
        session = SessionStore(said)
        assert session.get("_auth_user_id") is None
    assert session.session_key is None


def test_a_session_is_found_by_the_key_it_was_given():
    made = SessionStore()
    made["laps"] = 58
    made.create()
    assert SessionStore(made.session_key)["laps"] == 58
