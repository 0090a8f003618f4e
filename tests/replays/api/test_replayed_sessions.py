"""Sessions say which replay of theirs can be watched."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from replays.models import Replay, ReplayState
from tests.replays.synthetic import circle_event, stored_replay, synthetic_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("replay_storage")]

LIST = "/api/v1/sessions/"


def set_state(replay: Replay, state: str) -> Replay:
    replay.state = state
    replay.save()
    return replay


@pytest.fixture
def replayed() -> Replay:
    """The only replay that can be watched; another session has one that was replaced and one that cannot be read."""
    replay = stored_replay(synthetic_session(event=circle_event(1), car_count=1))
    without = stored_replay(synthetic_session(event=circle_event(2), car_count=1))
    set_state(without, ReplayState.SUPERSEDED)
    old = stored_replay(synthetic_session(event=circle_event(2), car_count=2))
    old.schema_version = 0
    old.save()
    return replay


def test_a_session_has_the_replay_that_is_ready_and_can_be_read_or_none(client, replayed):
    answer = client.get(LIST).json()
    assert answer["count"] == 2
    assert [row["replay"] for row in answer["results"]] == [replayed.public_id, None]
    assert client.get(f"{LIST}{replayed.session.key}/").json()["replay"] == replayed.public_id


@pytest.mark.parametrize("form", ["json", "csv"])
def test_sessions_are_found_by_whether_they_have_one(client, replayed, form):
    def keys(question):
        response = client.get(f"{LIST}?fields=key&format={form}&{question}")
        return (
            [row["key"] for row in response.json()["results"]]
            if form == "json"
            else b"".join(response).decode().splitlines()[1:]
        )

    other = "2025-circle-2-grand-prix-race"
    assert keys("replay__isnull=false") == [replayed.session.key]
    assert keys("replay__isnull=true") == [other]
    assert keys(f"replay={replayed.public_id}") == [replayed.session.key]
    assert keys(f"replay__in={replayed.public_id}") == [replayed.session.key]
    assert keys("ordering=-replay") == [replayed.session.key, other]


def test_a_replay_that_was_replaced_is_no_sessions_own(client, replayed):
    superseded = Replay.objects.get(state=ReplayState.SUPERSEDED)
    assert client.get(f"{LIST}?replay={superseded.public_id}").json()["count"] == 0


def test_a_replay_that_is_not_there_is_named(refusals):
    assert refusals(LIST, replay="nonsense") == {"replay": "there is no replay nonsense; give an id"}


def test_queries_do_not_grow_with_the_rows(client, replayed, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(3, 7):
        stored_replay(synthetic_session(event=circle_event(number), car_count=1))
    with django_assert_num_queries(len(few)):
        assert client.get(LIST).json()["count"] == 6
