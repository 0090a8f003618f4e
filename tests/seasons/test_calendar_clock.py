"""Sessions move on as their time comes, unless somebody knows better."""

from datetime import UTC, date, datetime, timedelta

import pytest

from seasons.calendar_clock import advance_states
from seasons.models import Event, Season, Session, SessionState

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 3, 15, tzinfo=UTC)


def session(*, is_demo: bool = False, **fields) -> Session:
    season = Season.objects.create(year=2026, key="2026")
    event = Event.objects.create(
        season=season, key="2026-monaco", name="Monaco Grand Prix", date=date(2026, 5, 3), is_demo=is_demo
    )
    defaults = {"kind": "race", "name": "Race", "start": START, "state": SessionState.SCHEDULED}
    return Session.objects.create(event=event, key="2026-monaco-race", **{**defaults, **fields})


def state() -> str:
    return Session.objects.get().state


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(seconds=-1), "scheduled"),
        (timedelta(), "pending"),
        (timedelta(hours=2, minutes=59), "pending"),
        (timedelta(hours=3), "available"),
        (timedelta(days=300), "available"),
    ],
)
def test_a_session_is_pending_from_its_start_and_available_an_hour_after_its_end(after, expected):
    session()

    assert advance_states(START + after) == (expected != "scheduled")

    assert state() == expected
    assert advance_states(START + after) == 0


def test_one_whose_start_is_unknown_waits_for_the_end_of_its_event():
    session(start=None)

    assert advance_states(datetime(2026, 5, 4, 11, tzinfo=UTC)) == 0
    assert advance_states(datetime(2026, 5, 4, 14, tzinfo=UTC)) == 1
    assert state() == "available"


@pytest.mark.parametrize(
    "fields",
    [
        {"imported_at": START},
        {"locked": True},
        {"is_demo": True},
        {"state": SessionState.CANCELLED},
        {"state": SessionState.FAILED, "state_reason": "damaged"},
    ],
)
def test_what_somebody_knows_better_stays(fields):
    before = session(**fields).state

    assert advance_states(START + timedelta(days=1)) == 0
    assert state() == before


def test_one_that_moves_on_has_a_new_stamp():
    old = session().stamp

    advance_states(START)

    assert Session.objects.get().stamp != old
