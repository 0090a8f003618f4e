"""The five real sessions of the archive in the catalogue: what is known of them is there."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from replays.loading.fastf1_session import load_session
from replays.loading.fastf1_setup import configure_fastf1
from replays.loading.schedule import find_event, session_kind, session_record
from replays.loading.session_data import SessionData
from seasons.catalogue import find_session, import_session
from seasons.import_report import ImportReport
from seasons.models import Session
from seasons.records import SessionRows

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.archive]

AFTER_ALL = datetime(2026, 1, 1, tzinfo=UTC)
MELBOURNE = (2025, "Australia", "R")
MIAMI = (2025, "Miami", "S")
BARCELONA = (2024, "Spain", "Q")
SILVERSTONE = (2024, "British", "FP1")
BAKU = (2018, "Azerbaijan", "R")


@pytest.fixture(scope="module")
def sessions(fastf1_cache) -> dict[tuple[int, str, str], SessionData]:
    configure_fastf1(fastf1_cache, offline=True)
    return {key: load(*key) for key in (MELBOURNE, MIAMI, BARCELONA, SILVERSTONE, BAKU)}


def load(year: int, name: str, code: str) -> SessionData:
    event = find_event(year, name, now=AFTER_ALL)
    record = session_record(event, session_kind(event, code))
    return load_session(event.get_session(record.name), record, lambda stage: None)


def put(data: SessionData) -> ImportReport:
    return import_session(
        data.session,
        data.entries,
        source=data.provenance.kind,
        fastf1_version=data.provenance.fastf1_version,
        rows=SessionRows(data.laps, data.track_status, data.session_status, data.race_control, data.weather),
    )


def imported(data: SessionData) -> Session:
    put(data)
    session = find_session(data.session)
    assert session is not None
    return session


def order(session: Session) -> str:
    return " ".join(session.results.order_by("position").values_list("entry__code", flat=True))


def test_melbourne_2025(sessions):
    race = imported(sessions[MELBOURNE])

    assert (race.laps.count(), race.entries.count(), race.results.count()) == (927, 20, 20)
    assert order(race) == "NOR VER RUS ANT ALB STR HUL LEC PIA HAM GAS TSU OCO BEA LAW BOR ALO SAI DOO HAD"
    assert race.track_status.filter(code="4").count() == 3
    assert (race.weather.count(), race.race_control.count()) == (178, 113)
    hadjar = race.results.get(entry__code="HAD")
    assert (hadjar.laps, hadjar.best_lap_ms, hadjar.classified, hadjar.time_ms) == (0, None, "R", None)
    winner, second = race.results.get(position=1), race.results.get(position=2)
    assert (winner.time_ms, winner.gap_ms, winner.best_lap_ms) == (6_126_304, None, 82_167)
    assert (second.time_ms, second.gap_ms, second.grid) == (6_127_199, 895, 3)
    stints = race.stints.filter(entry__code="NOR", first_lap__gte=5)
    assert [(stint.compound, stint.first_lap, stint.last_lap) for stint in stints] == [
        ("INTERMEDIATE", 5, 34),
        ("HARD", 35, 44),
        ("INTERMEDIATE", 45, 57),
    ]
    visits = race.pit_stops.filter(entry__code="NOR")
    assert [stop.lap_number for stop in visits] == [2, 3, 4, 34, 44]
    assert race.pit_stops.filter(entry__code="LAW").first().lap_number == 2  # he started from the pit lane


def test_miami_2025_sprint(sessions):
    sprint = imported(sessions[MIAMI])

    assert order(sprint).startswith("NOR PIA HAM RUS STR TSU ANT GAS")
    assert sprint.results.get(entry__code="LEC").laps == 0
    assert not sprint.laps.filter(entry__code="LEC").exists()
    assert sprint.results.get(entry__code="NOR").points == 8
    assert sprint.track_status.filter(code="5").count() == 1
    assert sprint.pit_stops.filter(entry__code="ALO").get().pit_out_ms is None
    assert not sprint.weather.exists()


def test_barcelona_2024_qualifying(sessions):
    qualifying = imported(sessions[BARCELONA])

    assert order(qualifying).startswith("NOR VER HAM RUS LEC SAI GAS PER OCO PIA ALO")
    pole = qualifying.results.get(position=1)
    assert (pole.q1_ms, pole.q2_ms, pole.q3_ms, pole.best_lap_ms) == (72_386, 71_872, 71_383, 71_383)
    assert (pole.classified, pole.time_ms, pole.gap_ms, pole.laps) == ("1", None, None, 12)
    assert qualifying.results.filter(q2_ms=None).count() == 5
    assert qualifying.results.filter(q3_ms=None).count() == 11


def test_silverstone_2024_practice(sessions):
    practice = imported(sessions[SILVERSTONE])

    assert order(practice).startswith("NOR STR PIA VER RUS ALO HAM LEC SAI OCO")
    best = list(practice.results.order_by("position").values_list("best_lap_ms", flat=True))
    assert best == sorted(best)
    assert set(practice.results.values_list("classified", "time_ms", "points")) == {("", None, None)}
    assert "Aborted" in practice.status_changes.values_list("status", flat=True)


def test_baku_2018(sessions):
    race = imported(sessions[BAKU])

    assert order(race).startswith("HAM RAI PER VET SAI LEC ALO STR VAN HAR")
    assert race.laps.count() == 848
    assert race.results.get(entry__code="BOT").status == "Puncture"
    assert race.track_status.filter(code="4").count() == 2
    assert race.stints.get(entry__code="VET", number=1).first_lap == 1


@pytest.mark.parametrize("key", [MELBOURNE, MIAMI, BARCELONA, SILVERSTONE, BAKU])
def test_laps_stints_and_stops_of_a_real_session_agree(sessions, key):
    session = imported(sessions[key])

    for entry in session.entries.all():
        laps = list(entry.laps.order_by("lap_number"))
        in_stints = [n for s in entry.stints.order_by("number") for n in range(s.first_lap, s.last_lap + 1)]
        assert in_stints == [lap.lap_number for lap in laps]
        stops = list(entry.pit_stops.order_by("number"))
        assert [stop.pit_in_ms for stop in stops] == [lap.pit_in_ms for lap in laps if lap.pit_in_ms is not None]
        assert [stop.number for stop in stops] == list(range(1, len(stops) + 1))


def test_real_sessions_again_change_nothing_and_ask_little(sessions):
    for data in sessions.values():
        put(data)

    with CaptureQueriesContext(connection) as queries:
        reports = [put(data) for data in sessions.values()]

    assert [str(report) for report in reports] == ["nothing changed"] * 5
    assert len(queries) <= 25 * 5
