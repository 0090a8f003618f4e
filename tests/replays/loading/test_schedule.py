"""Against the real calendars of 2018 to 2026, through FastF1."""

import subprocess
import sys
from datetime import UTC, datetime

import fastf1
import pytest

from replays.loading import schedule
from replays.loading.errors import (
    AmbiguousEvent,
    LoadingError,
    NothingHeldYet,
    RateLimited,
    SourceUnavailable,
    UnknownEvent,
    UnknownRound,
    UnknownSeason,
    UnknownSession,
)
from replays.loading.schedule import (
    event_name,
    event_record,
    find_event,
    has_timing,
    latest_event,
    scheduled_session,
    season_events,
    season_year,
    session_kind,
    session_record,
    session_state,
    sessions_of,
)
from seasons.keys import event_key
from seasons.record_checks import check_calendar

pytestmark = [pytest.mark.archive, pytest.mark.usefixtures("offline_fastf1")]

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SEASONS = range(2018, 2027)


def find(year: int, wanted: str):
    return find_event(year, wanted, now=NOW)


@pytest.mark.parametrize(
    ("year", "wanted", "name"),
    [
        (2025, "Australian Grand Prix", "Australian Grand Prix"),
        (2025, "australian grand prix", "Australian Grand Prix"),
        (2025, "Australia", "Australian Grand Prix"),
        (2025, "Melbourne", "Australian Grand Prix"),
        (2025, "1", "Australian Grand Prix"),
        (2025, "britain", "British Grand Prix"),
        (2025, "Great Britain", "British Grand Prix"),
        (2018, "United Kingdom", "British Grand Prix"),
        (2025, "Silverstone", "British Grand Prix"),
        (2025, "sao paulo", "São Paulo Grand Prix"),
        (2018, "São Paulo", "Brazilian Grand Prix"),
        (2020, "Italy", "Italian Grand Prix"),
        (2020, "Mugello", "Tuscan Grand Prix"),
        (2025, "usa", "United States Grand Prix"),
        (2025, "vegas", "Las Vegas Grand Prix"),
        (2026, "Spain", "Spanish Grand Prix"),
        (2026, "Barcelona", "Barcelona Grand Prix"),
        (2026, "Madrid", "Spanish Grand Prix"),
        (2019, "United Arab Emirates", "Abu Dhabi Grand Prix"),
        (2026, "Pre-Season Testing 2", "Pre-Season Testing 2"),
        (2025, "latest", "Abu Dhabi Grand Prix"),
        (2026, "LATEST", "Las Vegas Grand Prix"),
    ],
)
def test_an_event_is_found_by_what_people_call_it(year, wanted, name):
    assert event_name(find(year, wanted)) == name


@pytest.mark.parametrize("year", SEASONS)
def test_every_event_of_every_season_is_found_by_its_name_and_round(year):
    for event in season_events(year):
        assert find(year, event_name(event)).EventDate == event.EventDate
        if not event.is_testing():
            assert find(year, str(event.RoundNumber)).EventDate == event.EventDate


def test_a_misspelt_event_is_no_event_but_its_nearest_names_are_told():
    with pytest.raises(UnknownEvent) as caught:
        find(2025, "Austrlia")

    assert str(caught.value).startswith(
        "no event 'Austrlia' in 2025; nearest: Australian Grand Prix, Austrian Grand Prix"
    )
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("wanted", ["Atlantis", "Nowhere Grand Prix", "Grand Prix", "", "x", "🏎", "-1", "1.5", "²"])
def test_nonsense_is_no_event(wanted):
    with pytest.raises(UnknownEvent):
        find(2025, wanted)


def test_a_cancelled_event_is_told_from_an_unknown_one():
    with pytest.raises(UnknownEvent, match=r"in 2023 \(cancelled\? it is in the calendar of 2022 and 2024\); nearest"):
        find(2023, "Emilia Romagna Grand Prix")


def test_a_place_of_two_events_asks_which():
    with pytest.raises(AmbiguousEvent, match="say which: British Grand Prix, 70th Anniversary Grand Prix"):
        find(2020, "Silverstone")


@pytest.mark.parametrize("wanted", ["0", "25", "999"])
def test_a_round_that_is_not_there_tells_which_are(wanted):
    with pytest.raises(UnknownRound, match=f"no round {wanted} in 2025; its rounds are 1 to 24"):
        find(2025, wanted)


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (datetime(2025, 3, 14, 2, 29, tzinfo=UTC), "Pre-Season Testing"),
        (datetime(2025, 3, 14, 2, 30, tzinfo=UTC), "Australian Grand Prix"),
        (datetime(2025, 3, 20, tzinfo=UTC), "Australian Grand Prix"),
        (datetime(2025, 3, 21, 6, tzinfo=UTC), "Chinese Grand Prix"),
    ],
)
def test_the_latest_event_is_the_one_whose_session_ended_last(now, name):
    assert latest_event(2025, now).EventName == name


def test_before_the_first_session_there_is_no_latest_event():
    with pytest.raises(NothingHeldYet):
        latest_event(2025, datetime(2025, 1, 1, tzinfo=UTC))


def test_the_latest_season_is_the_newest_one_begun():
    assert season_year("latest", NOW) == 2026
    assert season_year("latest", datetime(2026, 1, 5, tzinfo=UTC)) == 2025
    assert season_year(" 2018 ", NOW) == 2018


@pytest.mark.parametrize("wanted", ["1949", "2028", "abc", "", "²⁰²⁵", "-2025"])
def test_what_is_no_season_is_refused(wanted):
    with pytest.raises(UnknownSeason, match="from 1950 to 2027, or latest") as caught:
        season_year(wanted, NOW)

    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("year", "event", "kinds"),
    [
        (2025, "Australia", ["practice-1", "practice-2", "practice-3", "qualifying", "race"]),
        (2025, "Miami", ["practice-1", "sprint-qualifying", "sprint", "qualifying", "race"]),
        (2023, "Baku", ["practice-1", "qualifying", "sprint-qualifying", "sprint", "race"]),
        (2021, "Silverstone", ["practice-1", "qualifying", "practice-2", "sprint", "race"]),
        (2020, "Imola", ["practice-1", "qualifying", "race"]),
        (2024, "Pre-Season Testing", ["practice-1", "practice-2", "practice-3"]),
    ],
)
def test_a_weekend_has_its_sessions_in_its_order(year, event, kinds):
    assert [session.kind for session in sessions_of(find(year, event))] == kinds


@pytest.mark.parametrize(
    ("year", "event", "wanted", "kind"),
    [
        (2025, "Australia", "R", "race"),
        (2025, "Australia", "race", "race"),
        (2025, "Australia", "fp1", "practice-1"),
        (2025, "Australia", "Practice 3", "practice-3"),
        (2025, "Australia", "practice-2", "practice-2"),
        (2025, "Australia", " q ", "qualifying"),
        (2025, "Miami", "SQ", "sprint-qualifying"),
        (2025, "Miami", "S", "sprint"),
        (2023, "Baku", "Sprint Shootout", "sprint-qualifying"),
        (2023, "Baku", "SQ", "sprint-qualifying"),
        (2021, "Silverstone", "Sprint Qualifying", "sprint"),
        (2025, "Pre-Season Testing", "FP1", "practice-1"),
        (2025, "Pre-Season Testing", "Day 2", "practice-2"),
    ],
)
def test_a_session_is_found_by_code_name_or_kind(year, event, wanted, kind):
    found = find(year, event)

    assert session_kind(found, wanted) == kind
    assert found.get_session(scheduled_session(found, wanted).name) is not None


@pytest.mark.parametrize("wanted", ["FP3", "warm-up", "", "4", "Race 2"])
def test_a_session_the_weekend_has_not_tells_which_it_has(wanted):
    with pytest.raises(UnknownSession) as caught:
        session_kind(find(2025, "Miami"), wanted)

    assert str(caught.value) == (
        f"no session '{wanted}' in the 2025 Miami Grand Prix; it has: "
        "FP1 (Practice 1), SQ (Sprint Qualifying), S (Sprint), Q (Qualifying), R (Race)"
    )
    assert caught.value.exit_code == 2


def test_an_event_becomes_a_record():
    record = event_record(find(2025, "Australia"))

    assert record.name == "Australian Grand Prix"
    assert record.official_name == "FORMULA 1 LOUIS VUITTON AUSTRALIAN GRAND PRIX 2025"
    assert (record.location, record.country) == ("Melbourne", "Australia")
    assert record.date == datetime(2025, 3, 16, tzinfo=UTC)
    assert record.round_number == 1
    assert type(record.round_number) is int


def test_a_session_becomes_a_record_in_utc_with_the_circuits_offset():
    record = session_record(find(2025, "Las Vegas"), "R")

    assert (record.kind, record.name) == ("race", "Race")
    assert record.start == datetime(2025, 11, 23, 4, tzinfo=UTC)
    assert record.utc_offset_s == -8 * 3600
    assert record.event.date == datetime(2025, 11, 22, tzinfo=UTC)


def test_two_tests_of_one_name_are_told_apart():
    records = [event_record(event) for event in season_events(2026) if event.is_testing()]

    assert [event_key(record.year, record.name) for record in records] == [
        "2026-pre-season-testing-1",
        "2026-pre-season-testing-2",
    ]
    assert all(record.is_testing and record.round_number is None for record in records)


@pytest.fixture
def f1s_own_schedule(monkeypatch):
    """Where FastF1's schedule cannot be had; with the days of a test called as F1 calls them since 2025."""

    def fall_back(year, testing):
        events = fastf1.get_event_schedule(year, include_testing=testing, backend="f1timing")
        tests = events.is_testing().to_numpy()
        for slot in (1, 2, 3):
            events.loc[tests, f"Session{slot}"] = f"Day {slot}"
        return events

    monkeypatch.setattr(schedule, "_asked_schedule", fall_back)


@pytest.mark.usefixtures("f1s_own_schedule")
def test_by_f1s_own_schedule_a_test_has_its_days():
    test = find(2023, "Pre-Season Testing")

    assert [session.kind for session in sessions_of(test)] == ["practice-1", "practice-2", "practice-3"]
    day = test.get_session(scheduled_session(test, "FP2").name)
    assert day.api_path == "/static/2023/2023-02-25_Pre-Season_Testing/2023-02-24_Practice_2/"


@pytest.mark.usefixtures("f1s_own_schedule")
def test_by_f1s_own_schedule_a_night_race_keeps_its_day():
    race = session_record(find(2023, "Las Vegas"), "R")

    assert (race.start, race.event.date) == (datetime(2023, 11, 19, 6, tzinfo=UTC), datetime(2023, 11, 18, tzinfo=UTC))
    path = find(2023, "Las Vegas").get_session("R").api_path
    assert path == "/static/2023/2023-11-18_Las_Vegas_Grand_Prix/2023-11-18_Race/"


@pytest.mark.parametrize("year", SEASONS)
def test_every_calendar_passes_the_door_of_the_catalogue(year):
    events = season_events(year)
    records = [session_record(event, session.kind) for event in events for session in sessions_of(event)]

    check_calendar(year, records)
    assert all(record.start and record.utc_offset_s is not None for record in records)


@pytest.mark.django_db
def test_the_catalogue_takes_every_calendar_and_nothing_the_second_time():
    from seasons.catalogue import import_calendar
    from seasons.models import Event, Session

    for first in (True, False):
        for year in SEASONS:
            events = season_events(year)
            records = [session_record(event, session.kind) for event in events for session in sessions_of(event)]
            assert bool(import_calendar(year, records, now=NOW)) is first

    assert Event.objects.filter(round_number__isnull=False).count() == 21 + 21 + 17 + 22 + 22 + 22 + 24 + 24 + 23
    assert set(Session.objects.filter(state="scheduled").values_list("event__key", flat=True)) == {
        "2026-qatar-grand-prix",
        "2026-abu-dhabi-grand-prix",
    }


def test_times_that_fastf1_made_up_are_unknown():
    sessions = sessions_of(season_events(1979)[0])

    assert {session.start for session in sessions} == {None}
    assert {session.utc_offset_s for session in sessions} == {None}


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2025, 3, 16, 3, 59, tzinfo=UTC), "scheduled"),
        (datetime(2025, 3, 16, 6, 59, tzinfo=UTC), "pending"),
        (datetime(2025, 3, 16, 7, 0, tzinfo=UTC), "available"),
    ],
)
def test_a_session_has_the_state_of_the_hour(now, state):
    assert session_state(find(2025, "Australia"), "race", now) == state


def test_what_the_archive_of_f1_has_is_known():
    assert has_timing(find(2018, "Baku"))
    assert not has_timing(find(2020, "Pre-Season Test 1"))


def test_a_calendar_that_cannot_be_had_is_said_in_one_line(capfd):
    with pytest.raises(SourceUnavailable, match="the calendar of 2012 cannot be had") as caught:
        find(2012, "Monaco")

    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_an_empty_calendar_is_no_season(monkeypatch):
    import fastf1

    schedule_2025 = fastf1.get_event_schedule(2025)
    monkeypatch.setattr(fastf1, "get_event_schedule", lambda *args, **kwargs: schedule_2025.iloc[:0])

    with pytest.raises(UnknownSeason):
        season_events(2027)


def test_a_rate_limit_is_said_in_one_line(monkeypatch):
    import fastf1
    from fastf1.exceptions import RateLimitExceededError

    def refuse(*args, **kwargs):
        raise RateLimitExceededError("any API: 500 calls/h")

    monkeypatch.setattr(fastf1, "get_event_schedule", refuse)
    with pytest.raises(RateLimited, match=r"500 calls/h.*wait an hour") as caught:
        season_events(2025)

    assert isinstance(caught.value, LoadingError)
    assert caught.value.exit_code == 1


def test_the_schedule_module_alone_does_not_import_fastf1():
    modules = "replays.loading.schedule, replays.loading.fastf1_setup"
    code = f"import sys, {modules}; print({{'fastf1', 'pandas'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "set()"
