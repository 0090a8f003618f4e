"""The course of a session in the catalogue: what is imported, what a second import finds changed."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seasons.catalogue import import_session
from seasons.import_report import ImportReport
from seasons.models import (
    Entry,
    Lap,
    PitStop,
    RaceControl,
    Result,
    Season,
    Session,
    SessionStatus,
    Stint,
    TrackStatus,
    Weather,
)
from seasons.records import EntryRecord, SessionRecord, SessionRows, TrackStatusRecord
from tests.seasons.records import ENTRIES, NORRIS, PIASTRI, RACE, ROWS, VERSTAPPEN, lap, laps

pytestmark = pytest.mark.django_db

WRITES = ("INSERT", "UPDATE", "DELETE")


def put(
    rows: SessionRows = ROWS, entries: tuple[EntryRecord, ...] = ENTRIES, record: SessionRecord = RACE
) -> ImportReport:
    return import_session(record, entries, source="fastf1", fastf1_version="3.9.0", rows=rows)


def order() -> str:
    placed = Result.objects.exclude(position=None).order_by("position")
    return " ".join(placed.values_list("entry__code", flat=True))


def with_laps(*driven) -> SessionRows:
    """The rows with other laps of Norris, and those of the other cars."""
    return replace(ROWS, laps=(*driven, *laps("1", "81")))


def test_everything_of_a_session_comes_with_it():
    report = put()

    counted = {name: report.added[name] for name in report.added if name not in ("season", "event", "driver", "team")}
    assert counted == {
        "session": 1,
        "entry": 3,
        "result": 3,
        "lap": 9,
        "stint": 3,
        "track status": 3,
        "session status": 2,
        "race control message": 1,
        "weather": 2,
    }
    first = Lap.objects.get(entry__number="4", lap_number=1)
    assert (first.lap_time_ms, first.sector_2_ms, first.speed_i1_kmh, first.speed_fl_kmh) == (
        90_000,
        30_000,
        300.5,
        None,
    )
    assert (first.compound, first.tyre_life, first.stint, first.accurate) == ("MEDIUM", 1, 1, True)
    assert list(TrackStatus.objects.values_list("code", "start_ms", "end_ms")) == [
        ("1", 0, 3_700_000),
        ("4", 3_700_000, 3_800_000),
        ("1", 3_800_000, None),
    ]
    assert list(Weather.objects.values_list("t_ms", "rainfall")) == [(60_000, False), (120_000, None)]
    assert SessionStatus.objects.first().status == "Started"
    assert RaceControl.objects.get().message == "SAFETY CAR DEPLOYED"
    assert Stint.objects.get(entry__number="4").last_lap == 3


def test_the_same_again_changes_nothing_writes_nothing_and_asks_little():
    put()
    imported_at = Session.objects.get().imported_at

    with CaptureQueriesContext(connection) as queries:
        report = put()

    assert not report
    assert str(report) == "nothing changed"
    assert [q["sql"] for q in queries if q["sql"].startswith(WRITES)] == []
    assert len(queries) <= 25
    assert Session.objects.get().imported_at == imported_at


def test_many_rows_take_as_many_queries_as_few():
    few, many = with_laps(), replace(ROWS, laps=laps("4", "1", "81", count=60))
    put(few)
    with CaptureQueriesContext(connection) as for_few:
        put(few)
    put(many)
    with CaptureQueriesContext(connection) as for_many:
        put(many)

    assert len(for_many) == len(for_few)


def test_a_correction_changes_the_lap_and_what_follows_from_it():
    put()
    pk = Lap.objects.get(entry__number="4", lap_number=2).pk

    report = put(with_laps(lap("4", 1), lap("4", 2, lap_time_ms=85_000, compound="HARD"), lap("4", 3)))

    assert report.changed == {"lap": 1, "result": 1}
    assert not report.added
    assert not report.removed
    assert Lap.objects.get(pk=pk).lap_time_ms == 85_000
    assert Result.objects.get(entry__number="4").best_lap_ms == 85_000


def test_laps_that_are_no_more_are_removed():
    put()

    report = put(with_laps(lap("4", 1)))

    assert report.removed == {"lap": 2}
    assert report.changed == {"stint": 1, "result": 1}
    assert Lap.objects.filter(entry__number="4").count() == 1


def test_a_new_stop_is_added_with_its_stint():
    put()

    report = put(with_laps(lap("4", 1), lap("4", 2, pit_in_ms=3_780_000), lap("4", 3, pit_out_ms=3_800_000, stint=2)))

    assert report.added == {"pit stop": 1, "stint": 1}
    stop = PitStop.objects.get()
    assert (stop.entry.code, stop.lap_number, stop.duration_ms) == ("NOR", 2, 20_000)


def test_swapped_places_are_two_changed_results():
    put()
    assert order() == "NOR VER PIA"

    report = put(entries=(replace(NORRIS, position=2, classified="2"), replace(VERSTAPPEN, position=1), PIASTRI))

    assert report.changed == {"result": 2}
    assert order() == "VER NOR PIA"


def test_a_disqualification_takes_time_and_place():
    winner, second = replace(NORRIS, race_time_ms=5_000_000), replace(VERSTAPPEN, race_time_ms=4_000)
    put(entries=(winner, second, PIASTRI))
    assert Result.objects.get(entry__number="1").time_ms == 5_004_000

    put(
        entries=(
            replace(winner, position=20, classified="D", status="Disqualified", race_time_ms=None),
            replace(second, position=1, race_time_ms=5_004_000),
            PIASTRI,
        )
    )

    out = Result.objects.get(entry__number="4")
    assert (out.position, out.classified, out.status, out.time_ms, out.gap_ms) == (20, "D", "Disqualified", None, None)
    new_winner = Result.objects.get(entry__number="1")
    assert (new_winner.time_ms, new_winner.gap_ms) == (5_004_000, None)


def test_what_the_source_has_nothing_of_stays():
    put()

    assert not put(SessionRows())
    without_result = tuple(replace(entry, position=None, classified="", grid=None) for entry in ENTRIES)
    assert not put(entries=without_result)
    assert order() == "NOR VER PIA"
    assert Result.objects.get(entry__number="4").grid == 1


def test_a_source_of_results_alone_brings_them_later_and_leaves_the_laps():
    put(entries=tuple(replace(entry, position=None, classified="", grid=None) for entry in ENTRIES))
    assert set(Result.objects.values_list("position", "laps")) == {(None, 3)}

    report = put(SessionRows())

    assert report.changed == {"result": 3}
    assert set(Result.objects.values_list("position", "laps")) == {(1, 3), (2, 3), (9, 3)}


def test_a_session_of_which_only_the_entries_are_known_has_no_results():
    put(SessionRows(), tuple(replace(entry, position=None, classified="", grid=None) for entry in ENTRIES))

    assert Entry.objects.count() == 3
    assert not Result.objects.exists()


def test_an_entry_goes_with_all_its_rows():
    put()

    report = put(replace(ROWS, laps=laps("4", "1")), (NORRIS, VERSTAPPEN))

    assert report.removed == {"entry": 1, "result": 1, "lap": 3, "stint": 1}


def test_laps_of_cars_without_an_entry_are_ignored_and_told():
    report = put(replace(ROWS, laps=(*ROWS.laps, *laps("99", count=2))))

    assert report.ignored == {"lap": 2}
    assert str(put(replace(ROWS, laps=(*ROWS.laps, *laps("99"))))) == "nothing changed; ignored (of no entry) lap 3"
    assert Lap.objects.count() == 9


def test_what_a_feed_says_twice_is_one_row():
    again = replace(
        ROWS,
        race_control=ROWS.race_control * 2,
        session_status=ROWS.session_status * 2,
        weather=(*ROWS.weather, replace(ROWS.weather[1], rainfall=True)),
        track_status=(*ROWS.track_status, TrackStatusRecord(3_900_000, "1"), TrackStatusRecord(3_800_000, "1")),
    )
    put(again)

    assert (RaceControl.objects.count(), SessionStatus.objects.count(), TrackStatus.objects.count()) == (1, 2, 3)
    assert list(Weather.objects.values_list("rainfall", flat=True)) == [False, True]


def test_a_practice_is_in_the_order_of_its_laps():
    practice = replace(RACE, kind="practice-1", name="Practice 1")
    driven = (lap("81", 1, lap_time_ms=80_000), lap("4", 1, lap_time_ms=81_000))

    put(replace(ROWS, laps=driven), record=practice)

    assert order() == "PIA NOR"
    assert Result.objects.get(entry__number="1").position is None


def test_every_table_is_corrected_in_place():
    driven = [lap("4", 1, pit_in_ms=3_690_000), lap("4", 2, pit_out_ms=3_710_000, stint=2)]
    put(with_laps(*driven))
    tables = (Lap, Stint, PitStop, Result, TrackStatus, RaceControl, Weather)
    before = {model: set(model.objects.values_list("pk", flat=True)) for model in tables}
    corrected = [replace(driven[0], pit_in_ms=3_691_000, compound="HARD"), replace(driven[1], lap_time_ms=80_000)]

    report = put(
        replace(
            with_laps(*corrected),
            track_status=(ROWS.track_status[0], TrackStatusRecord(3_700_000, "6"), ROWS.track_status[2]),
            race_control=(replace(ROWS.race_control[0], flag="YELLOW"),),
            weather=tuple(replace(reading, air_temp_c=22.0) for reading in ROWS.weather),
        )
    )

    assert report.changed == {
        "lap": 2,
        "stint": 1,
        "pit stop": 1,
        "result": 1,
        "track status": 1,
        "race control message": 1,
        "weather": 2,
    }
    assert {model: set(model.objects.values_list("pk", flat=True)) for model in tables} == before
    assert RaceControl.objects.get().flag == "YELLOW"
    assert PitStop.objects.get().duration_ms == 19_000


@pytest.mark.parametrize(
    "bad",
    [
        replace(ROWS, laps=(*ROWS.laps, lap("4", 4, lap_time_ms=-1))),
        replace(ROWS, weather=(replace(ROWS.weather[0], air_temp_c=float("nan")),)),
        replace(ROWS, track_status=(TrackStatusRecord(2**40, "1"),)),
    ],
)
def test_a_bad_record_leaves_all_as_it_was(bad):
    with pytest.raises(ValueError, match="it must be"):
        put(bad)
    assert not Season.objects.exists()

    put()
    with pytest.raises(ValueError, match="it must be"):
        put(bad, (NORRIS,))
    assert (Entry.objects.count(), Lap.objects.count(), Weather.objects.count()) == (3, 9, 2)
