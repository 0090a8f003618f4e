"""What a curator locked: no import changes or removes it, and the report says what was kept."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from seasons.catalogue import import_calendar, import_session, mark_failed
from seasons.import_report import ImportReport
from seasons.models import Circuit, Driver, Entry, Event, Lap, Result, Session, Stint, Team, TrackStatus
from seasons.records import EntryRecord, SessionRecord, SessionRows
from tests.seasons.records import (
    ENTRIES,
    MELBOURNE,
    NORRIS,
    PIASTRI,
    RACE,
    ROWS,
    SHANGHAI,
    VERSTAPPEN,
    lap,
    laps,
    weekend,
)

pytestmark = pytest.mark.django_db

AFTER_MELBOURNE = datetime(2025, 3, 18, tzinfo=UTC)


def put(
    rows: SessionRows = ROWS, entries: tuple[EntryRecord, ...] = ENTRIES, record: SessionRecord = RACE
) -> ImportReport:
    return import_session(record, entries, source="fastf1", fastf1_version="3.9.0", rows=rows)


def lock(model, **which) -> None:
    model.objects.filter(**which).update(locked=True)


def test_a_locked_lap_is_neither_changed_nor_removed():
    put()
    Lap.objects.filter(entry__number="4", lap_number=1).update(lap_time_ms=88_888, locked=True)
    lock(Lap, entry__number="4", lap_number=3)

    report = put(replace(ROWS, laps=(*laps("4", count=2), *laps("1", "81"))))

    assert report.kept == {"lap": 2}
    assert "kept (locked) lap 2" in str(report)
    assert list(Lap.objects.filter(entry__number="4").values_list("lap_time_ms", flat=True)) == [88_888, 90_000, 90_000]


def test_what_follows_from_a_lap_follows_from_the_locked_one():
    put()
    Lap.objects.filter(entry__number="4", lap_number=1).update(lap_time_ms=80_000, compound="SOFT", locked=True)

    report = put()

    assert (report.changed, report.kept) == ({"result": 1, "stint": 1}, {"lap": 1})
    assert Result.objects.get(entry__number="4").best_lap_ms == 80_000
    assert Stint.objects.get(entry__number="4").compound == "SOFT"
    again = put()
    assert not again
    assert str(again) == "nothing changed; kept (locked) lap 1"


def test_a_lock_that_made_no_difference_is_not_told():
    put()
    lock(Lap)
    lock(Result)
    lock(Entry)

    report = put()

    assert not report
    assert not report.kept


def test_a_locked_result_keeps_what_the_curator_knows_better():
    put()
    Result.objects.filter(entry__number="4").update(position=3, locked=True)

    report = put(entries=(replace(NORRIS, position=2), replace(VERSTAPPEN, position=1), PIASTRI))

    assert (report.changed, report.kept) == ({"result": 1}, {"result": 1})
    assert Result.objects.get(entry__number="4").position == 3


@pytest.mark.parametrize("locked", [Entry, Lap, Result])
def test_an_entry_with_anything_locked_is_not_removed(locked):
    put()
    lock(locked, **{"number" if locked is Entry else "entry__number": "81"})

    report = put(replace(ROWS, laps=laps("4", "1")), (NORRIS, VERSTAPPEN))

    assert report.kept["entry"] == 1
    assert not report.removed["entry"]
    assert Entry.objects.filter(number="81").exists()
    assert locked.objects.filter(**{"number" if locked is Entry else "entry__number": "81"}).exists()


def test_a_locked_entry_keeps_its_fields_and_gets_its_laps():
    put()
    Entry.objects.filter(number="4").update(colour="#123456", locked=True)

    report = put(replace(ROWS, laps=laps("4", "1", "81", count=4)))

    assert report.kept == {"entry": 1}
    assert Entry.objects.get(number="4").colour == "#123456"
    assert Lap.objects.filter(entry__number="4").count() == 4


def test_a_locked_driver_team_and_circuit_are_not_completed():
    circuit = replace(RACE, event=replace(MELBOURNE, circuit_key=10, circuit_name="Melbourne"))
    put(record=circuit)
    Driver.objects.filter(ref="norris").update(country_code="", locked=True)
    Team.objects.filter(ref="mclaren").update(ref="", locked=True)
    Circuit.objects.update(location="", locked=True)

    report = put(record=circuit)

    assert report.kept == {"driver": 1, "team": 1, "circuit": 1}
    assert not report
    assert Driver.objects.get(key="lando-norris").country_code == ""
    assert Team.objects.get(key="mclaren").ref == ""
    assert Circuit.objects.get().location == ""


def test_a_locked_session_keeps_its_own_fields_while_its_rows_are_imported():
    mark_failed(RACE, "cut off")
    Session.objects.update(state="cancelled", state_reason="flooded", locked=True)

    report = put(record=replace(RACE, name="Grand Prix"))

    session = Session.objects.get()
    assert (session.name, session.state, session.state_reason) == ("Race", "cancelled", "flooded")
    assert report.kept == {"session": 1}
    assert session.laps.count() == 9
    assert (session.source_kind, session.imported_at is None) == ("fastf1", False)


def test_a_locked_session_does_not_fail():
    import_calendar(2025, weekend(MELBOURNE), now=AFTER_MELBOURNE)
    lock(Session)

    report = mark_failed(weekend(MELBOURNE)[1], "cut off")

    assert (bool(report), report.kept) == (False, {"session": 1})
    assert set(Session.objects.values_list("state", flat=True)) == {"available"}


def test_a_calendar_leaves_locked_events_and_sessions_alone():
    import_calendar(2025, weekend(MELBOURNE) + weekend(SHANGHAI), now=AFTER_MELBOURNE)
    Event.objects.filter(location="Shanghai").update(name="Grand Prix of Shanghai", locked=True)
    lock(Session, event__location="Shanghai", kind="race")

    renumbered = import_calendar(2025, weekend(replace(SHANGHAI, round_number=5)), now=AFTER_MELBOURNE)
    gone = import_calendar(2025, weekend(MELBOURNE), now=AFTER_MELBOURNE)

    assert renumbered.kept == {"event": 1}
    assert gone.kept == {"event": 1, "session": 1}
    shanghai = Event.objects.get(location="Shanghai")
    assert (shanghai.name, shanghai.round_number) == ("Grand Prix of Shanghai", 2)
    states = dict(shanghai.sessions.values_list("kind", "state"))
    assert states == {"race": "scheduled", "qualifying": "cancelled"}


def test_a_locked_period_stays_beside_those_of_the_feed():
    put()
    lock(TrackStatus, code="4")

    report = put(replace(ROWS, track_status=ROWS.track_status[:1]))

    assert (report.changed, report.removed, report.kept) == (
        {"track status": 1},
        {"track status": 1},
        {"track status": 1},
    )
    assert set(TrackStatus.objects.values_list("code", flat=True)) == {"1", "4"}


def test_a_locked_lap_that_the_source_never_had_counts():
    put()
    put(replace(ROWS, laps=(*ROWS.laps, lap("4", 4, lap_time_ms=70_000))))
    lock(Lap, lap_number=4)

    report = put()

    assert report.kept == {"lap": 1}
    assert Result.objects.get(entry__number="4").best_lap_ms == 70_000
    assert Stint.objects.get(entry__number="4").last_lap == 4
