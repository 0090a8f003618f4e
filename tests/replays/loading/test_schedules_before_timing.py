"""Calendars that only jolpica has, through FastF1; the network is a stand-in, 1979 a recorded reply."""

from datetime import UTC, datetime

import fastf1
import pytest

from replays.loading.errors import RateLimited, SourceUnavailable
from replays.loading.schedule import (
    event_record,
    find_event,
    has_results_alone,
    has_timing,
    season_events,
    session_record,
    session_state,
    sessions_of,
)
from seasons.record_checks import check_calendar
from tests.replays.loading.fake_jolpica import BRITAIN_1957, MONACO_2010, TURKEY_2010

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def paused(monkeypatch) -> list[float]:
    """The pauses that were made, none of which took time."""
    made: list[float] = []
    monkeypatch.setattr("replays.loading.retrying.sleep", made.append)
    return made


def test_a_weekend_has_the_sessions_that_have_results(jolpica):
    jolpica([MONACO_2010, BRITAIN_1957])

    assert [session.kind for session in sessions_of(season_events(2010)[0])] == ["qualifying", "race"]
    assert [session.kind for session in sessions_of(season_events(1957)[0])] == ["race"]


def test_an_event_of_those_years_has_results_and_no_timing(jolpica):
    jolpica([MONACO_2010, TURKEY_2010])
    event = find_event(2010, "Turkey", now=NOW)

    assert (has_timing(event), has_results_alone(event)) == (False, True)
    record = session_record(event, "race")
    assert (record.event.name, record.event.location, record.event.round_number) == (
        "Turkish Grand Prix",
        "Istanbul",
        7,
    )
    assert record.start == datetime(2010, 5, 30, 12, tzinfo=UTC)
    assert session_record(event, "qualifying").start is None
    assert session_state(event, "race", NOW) == "available"


def test_a_busy_jolpica_is_asked_again_for_the_calendar(jolpica, paused):
    fake = jolpica([MONACO_2010])
    fake.refusals = [(429, "Too Many Requests"), (500, "Internal Server Error")]

    assert event_record(season_events(2010)[0]).name == "Monaco Grand Prix"
    assert paused == [2, 5]


def test_a_jolpica_that_stays_busy_is_a_rate_limit(jolpica, paused):
    fake = jolpica([MONACO_2010])
    fake.refusals = [(429, "Too Many Requests")] * 9

    with pytest.raises(RateLimited, match="jolpica answers 429 for the calendar of 2010"):
        season_events(2010)
    assert len(fake.asked) == 4


def test_offline_nobody_is_waited_for(jolpica, paused):
    fake = jolpica([MONACO_2010])
    fastf1.Cache.offline_mode(True)

    with pytest.raises(SourceUnavailable, match="the calendar of 2010 cannot be had"):
        season_events(2010)
    assert (fake.asked, paused) == ([], [])


@pytest.mark.archive
def test_the_recorded_season_of_1979_is_a_calendar_of_races(offline_fastf1):
    events = season_events(1979)
    records = [session_record(event, session.kind) for event in events for session in sessions_of(event)]

    check_calendar(1979, records)
    assert len(events) == 15
    assert {record.kind for record in records} == {"race"}
    assert records[0].event.name == "Argentine Grand Prix"
