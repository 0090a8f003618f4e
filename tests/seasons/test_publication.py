from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from seasons.keys import SESSION_KINDS
from seasons.publication import NOMINAL_MINUTES, expected_end, nominal_length, state_at
from tests.seasons.records import MELBOURNE, RACE

START = RACE.start


@pytest.mark.parametrize(
    ("minutes_after_start", "state"),
    [(-1, "scheduled"), (0, "pending"), (120, "pending"), (179, "pending"), (180, "available"), (10**6, "available")],
)
def test_a_race_is_scheduled_then_pending_then_available(minutes_after_start, state):
    assert state_at(RACE, START + timedelta(minutes=minutes_after_start)) == state


def test_every_kind_of_session_has_a_length():
    assert NOMINAL_MINUTES.keys() == SESSION_KINDS.keys()


def test_practice_was_longer_until_2020_and_a_day_of_testing_is_a_day():
    practice = replace(RACE, kind="practice-1")
    old = replace(practice, event=replace(MELBOURNE, year=2020))
    test = replace(practice, event=replace(MELBOURNE, is_testing=True))

    lengths = [nominal_length(session) for session in (practice, old, test)]
    assert lengths == [timedelta(minutes=60), timedelta(minutes=90), timedelta(hours=10)]


def test_a_session_of_unknown_start_is_scheduled_until_its_event_is_over():
    unknown = replace(RACE, start=None)

    assert expected_end(unknown) == datetime(2025, 3, 17, 12, tzinfo=UTC)
    assert state_at(unknown, datetime(2025, 3, 17, 11, tzinfo=UTC)) == "scheduled"
    assert state_at(unknown, datetime(2025, 3, 18, tzinfo=UTC)) == "available"
