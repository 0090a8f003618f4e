from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from seasons.record_checks import LENGTHS, check_entries, check_event, check_session
from tests.seasons.records import ENTRIES, MELBOURNE, NORRIS, RACE


def test_plausible_records_pass():
    check_session(RACE)
    check_session(replace(RACE, start=None, utc_offset_s=None))
    check_event(replace(MELBOURNE, round_number=None, is_testing=True))
    check_entries(ENTRIES)
    check_entries([replace(NORRIS, colour=None, code="", team="", driver_ref="", team_ref="")])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"year": 1949}, "year is 1949"),
        ({"name": " — "}, "name is ' — '"),
        ({"name": "x" * 121}, "name is 'xxx"),
        ({"date": datetime(2025, 3, 16)}, "date is"),
        ({"date": datetime(2025, 3, 16, tzinfo=timezone(timedelta(hours=11)))}, "date is"),
        ({"round_number": 0}, "round_number is 0"),
        ({"is_testing": True}, "round_number is 1"),
        ({"circuit_key": -1}, "circuit_key is -1"),
    ],
)
def test_an_event_is_refused_by_the_name_of_the_field(change, named):
    with pytest.raises(ValueError, match=f"event '.*{named}.*; it must be"):
        check_event(replace(MELBOURNE, **change))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"kind": "Race"}, "kind is 'Race'"),
        ({"name": ""}, "name is ''"),
        ({"start": datetime(2025, 3, 16, 4)}, "start is"),
        ({"utc_offset_s": 15 * 3600}, "utc_offset_s is 54000"),
        ({"event": replace(MELBOURNE, round_number=-3)}, "round_number is -3"),
    ],
)
def test_a_session_is_refused_by_the_name_of_the_field(change, named):
    with pytest.raises(ValueError, match=f"{named}.*; it must be"):
        check_session(replace(RACE, **change))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"number": ""}, "number is ''"),
        ({"number": "4A"}, "number is '4A'"),
        ({"number": "٤"}, "number is '٤'"),
        ({"full_name": "", "driver_ref": ""}, "full_name is ''"),
        ({"code": "NORRIS"}, "code is 'NORRIS'"),
        ({"colour": "ff8000"}, "colour is 'ff8000'"),
        ({"colour": "#ff800"}, "colour is '#ff800'"),
    ],
)
def test_an_entry_is_refused_by_the_name_of_the_field(change, named):
    with pytest.raises(ValueError, match=f"{named}.*; it must be"):
        check_entries([replace(NORRIS, **change)])


@pytest.mark.django_db
def test_whatever_passes_the_door_fits_into_the_columns():
    from seasons.catalogue import import_session
    from seasons.models import Entry

    event = replace(
        MELBOURNE,
        circuit_key=10,
        **{field: "x" * LENGTHS[field] for field in ("name", "official_name", "location", "country", "circuit_name")},
    )
    entry = replace(
        NORRIS,
        number="9999",
        **{field: "x" * LENGTHS[field] for field in LENGTHS if field in NORRIS.__slots__},
    )
    record = replace(
        RACE, event=event, kind="sprint-qualifying", name="x" * 100, start=datetime(2025, 3, 16, tzinfo=UTC)
    )
    import_session(record, [entry], source="livetiming", fastf1_version="3.9.0")

    Entry.objects.get().full_clean()
    for row in (entry := Entry.objects.get(), entry.driver, entry.team, entry.session, entry.session.event):
        row.full_clean()
