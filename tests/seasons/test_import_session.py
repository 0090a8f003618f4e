from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from seasons.catalogue import find_session, import_session, mark_failed
from seasons.import_report import ImportReport
from seasons.models import Circuit, Driver, Entry, Event, Result, Season, Session, Team
from seasons.records import EntryRecord, SessionRecord
from tests.seasons.records import ENTRIES, MELBOURNE, NORRIS, PIASTRI, RACE, VERSTAPPEN

pytestmark = pytest.mark.django_db


def put(record: SessionRecord = RACE, entries: tuple[EntryRecord, ...] = ENTRIES, **source: str) -> ImportReport:
    return import_session(record, entries, **{"source": "fastf1", "fastf1_version": "3.9.0", **source})


def test_a_session_comes_with_its_event_entries_drivers_and_teams():
    report = put()

    session = Session.objects.get(key="2025-australian-grand-prix-race")
    assert session.event.key == "2025-australian-grand-prix"
    assert session.event.season.year == 2025
    assert session.event.round_number == 1
    assert session.start == RACE.start
    assert session.utc_offset_s == 39600
    norris = session.entries.get(number="4")
    assert (norris.code, norris.colour, norris.team_name) == ("NOR", "#ff8000", "McLaren")
    assert (norris.driver.key, norris.driver.ref, norris.team.key) == ("lando-norris", "norris", "mclaren")
    assert report.added == {"season": 1, "event": 1, "session": 1, "entry": 3, "driver": 3, "team": 2, "result": 3}
    assert not report.changed
    assert not report.removed


def test_an_imported_session_is_available_and_says_where_it_came_from():
    put(source="livetiming", fastf1_version="3.9.1")

    session = Session.objects.get()
    assert session.state == "available"
    assert session.source_kind == "livetiming"
    assert session.fastf1_version == "3.9.1"
    assert session.imported_at is not None


def test_the_same_import_again_reports_nothing_and_writes_nothing():
    put()
    with CaptureQueriesContext(connection) as queries:
        report = put()

    assert not report
    assert str(report) == "nothing changed"
    writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert writes == []


def test_what_changed_is_changed_and_reported_and_ids_stay():
    put()
    ids = dict(Entry.objects.values_list("number", "public_id"))
    imported_at = Session.objects.get().imported_at

    report = put(entries=(replace(NORRIS, colour="#f47600"), VERSTAPPEN))

    assert report.changed == {"entry": 1}
    assert report.removed == {"entry": 1, "result": 1}
    assert Entry.objects.get(number="4").colour == "#f47600"
    assert dict(Entry.objects.values_list("number", "public_id")) == {"4": ids["4"], "1": ids["1"]}
    assert Session.objects.get().imported_at > imported_at


def test_a_newer_fastf1_is_a_change_of_the_session_only():
    put()
    report = put(fastf1_version="3.10.0")

    assert report.changed == {"session": 1}
    assert not report.added


def test_neither_rows_nor_their_order_tell_how_it_ended():
    put(entries=(replace(PIASTRI, position=1), replace(NORRIS, position=2), replace(VERSTAPPEN, position=3)))

    assert list(Entry.objects.order_by("pk").values_list("number", flat=True)) == ["1", "4", "81"]
    assert list(Driver.objects.order_by("pk").values_list("ref", flat=True)) == ["norris", "max_verstappen", "piastri"]
    assert list(Result.objects.order_by("pk").values_list("entry__number", flat=True)) == ["1", "4", "81"]
    names = {field.name for field in Entry._meta.concrete_fields}
    assert not names & {"position", "grid", "classified", "status", "points", "laps", "time"}


def test_a_blank_in_a_record_erases_nothing():
    put()
    blank = replace(RACE, start=None, utc_offset_s=None, event=replace(MELBOURNE, official_name="", round_number=None))

    assert not put(blank)
    assert Event.objects.get().round_number == 1
    assert Session.objects.get().start == RACE.start


def test_the_circuit_comes_with_the_first_record_that_knows_it():
    put()
    assert Event.objects.get().circuit is None

    report = put(replace(RACE, event=replace(MELBOURNE, circuit_key=10, circuit_name="Melbourne")))

    assert report.added == {"circuit": 1}
    circuit = Event.objects.get().circuit
    assert (circuit.key, circuit.f1_key, circuit.country) == ("melbourne", 10, "Australia")


def test_a_circuit_is_the_same_under_another_name_and_another_under_the_same_name():
    put(replace(RACE, event=replace(MELBOURNE, circuit_key=150, circuit_name="Losail")))
    lusail = replace(MELBOURNE, year=2023, circuit_key=150, circuit_name="Lusail")
    put(replace(RACE, event=lusail))
    put(replace(RACE, event=replace(MELBOURNE, year=2024, circuit_key=999, circuit_name="Losail")))

    assert dict(Circuit.objects.values_list("key", "f1_key")) == {"losail": 150, "losail-999": 999}


def test_what_a_curator_corrected_stays():
    put()
    Driver.objects.filter(ref="norris").update(full_name="L. Norris", country_code="")

    report = put()

    driver = Driver.objects.get(ref="norris")
    assert (driver.full_name, driver.country_code) == ("L. Norris", "GBR")
    assert report.changed == {"driver": 1}


def test_a_session_that_failed_is_available_once_it_was_imported():
    mark_failed(RACE, "TimingData is damaged: cut off in line 7")
    session = Session.objects.get()
    assert (session.state, session.state_reason) == ("failed", "TimingData is damaged: cut off in line 7")

    put()

    again = Session.objects.get()
    assert (again.state, again.state_reason) == ("available", "")
    assert again.public_id == session.public_id


def test_a_failed_refresh_leaves_an_imported_session_available():
    put()

    assert not mark_failed(RACE, "rate limit reached")
    assert Session.objects.get().state == "available"


def test_a_session_is_found_by_its_record():
    assert find_session(RACE) is None
    put()

    assert find_session(RACE) == Session.objects.get()
    assert find_session(replace(RACE, kind="sprint")) is None


@pytest.mark.parametrize(
    ("record", "entries", "source", "named"),
    [
        (replace(RACE, kind="warm-up"), ENTRIES, "fastf1", "kind is 'warm-up'"),
        (RACE, (NORRIS, replace(PIASTRI, number="4")), "fastf1", "number is '4'"),
        (RACE, ENTRIES, "guess", "source is 'guess'"),
    ],
)
def test_a_record_that_makes_no_sense_changes_nothing(record, entries, source, named):
    with pytest.raises(ValueError, match=named):
        put(record, entries, source=source)

    assert not Season.objects.exists()


def test_a_failure_half_way_leaves_the_catalogue_as_it_was(monkeypatch):
    def fail(*args, **kwargs):
        raise IntegrityError("no room")

    monkeypatch.setattr(Entry.objects, "bulk_create", fail)
    with pytest.raises(IntegrityError), transaction.atomic():
        put()

    assert not Session.objects.exists()
    assert not Driver.objects.exists()
    assert not Team.objects.exists()


def test_importing_takes_as_many_queries_for_many_entries_as_for_few():
    put(entries=(NORRIS,))
    with CaptureQueriesContext(connection) as few:
        put(entries=(NORRIS,))
    field = tuple(replace(NORRIS, number=str(n), code="", full_name=f"Driver {n}", driver_ref="") for n in range(2, 22))
    put(entries=field)
    with CaptureQueriesContext(connection) as many:
        put(entries=field)

    assert len(many) <= len(few)
