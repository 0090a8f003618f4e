from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seasons.catalogue import find_session, import_calendar, import_session, mark_failed
from seasons.models import Event, Session
from seasons.records import EventRecord
from tests.seasons.records import ENTRIES, MELBOURNE, SHANGHAI, weekend

pytestmark = pytest.mark.django_db

BETWEEN = datetime(2025, 3, 18, tzinfo=UTC)
"""Melbourne is over, Shanghai is to come."""


def put(*events: EventRecord, now: datetime = BETWEEN):
    return import_calendar(2025, [session for event in events for session in weekend(event)], now=now)


def states() -> dict[str, str]:
    return dict(Session.objects.values_list("key", "state"))


def test_a_calendar_brings_all_events_and_sessions_with_their_states():
    report = put(MELBOURNE, SHANGHAI)

    assert report.added == {"season": 1, "event": 2, "session": 4}
    assert states() == {
        "2025-australian-grand-prix-qualifying": "available",
        "2025-australian-grand-prix-race": "available",
        "2025-chinese-grand-prix-qualifying": "scheduled",
        "2025-chinese-grand-prix-race": "scheduled",
    }


def test_the_same_calendar_again_reports_nothing_and_writes_nothing():
    put(MELBOURNE, SHANGHAI)
    with CaptureQueriesContext(connection) as queries:
        report = put(MELBOURNE, SHANGHAI)

    assert not report
    assert [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_states_move_on_with_time():
    put(SHANGHAI)
    report = put(SHANGHAI, now=datetime(2025, 3, 23, 5, 30, tzinfo=UTC))

    assert report.changed == {"session": 2}
    assert states() == {
        "2025-chinese-grand-prix-qualifying": "available",
        "2025-chinese-grand-prix-race": "pending",
    }


def test_a_renumbered_event_is_the_same_with_another_round():
    put(MELBOURNE, SHANGHAI)
    before = dict(Event.objects.values_list("key", "public_id"))

    report = put(replace(SHANGHAI, round_number=1), replace(MELBOURNE, round_number=2))

    assert report.changed == {"event": 2}
    assert dict(Event.objects.values_list("key", "public_id")) == before
    assert Event.objects.get(key="2025-chinese-grand-prix").round_number == 1


def test_a_renamed_event_keeps_its_ids_and_keys():
    put(MELBOURNE, SHANGHAI)
    before = set(Session.objects.values_list("key", "public_id"))
    renamed = replace(SHANGHAI, name="Shanghai Grand Prix", date=SHANGHAI.date - timedelta(days=1))

    report = put(MELBOURNE, renamed)

    assert not report.added
    assert set(Session.objects.values_list("key", "public_id")) == before
    assert Event.objects.get(key="2025-chinese-grand-prix").name == "Shanghai Grand Prix"
    assert find_session(weekend(renamed)[1]).key == "2025-chinese-grand-prix-race"


def test_a_renamed_event_that_is_moved_later_is_still_the_same():
    put(MELBOURNE, SHANGHAI)
    renamed = replace(SHANGHAI, name="Shanghai Grand Prix")
    put(MELBOURNE, renamed)

    report = put(MELBOURNE, replace(renamed, date=datetime(2025, 10, 5, tzinfo=UTC), location="Beijing"))

    assert not report.added
    assert Event.objects.get(key="2025-chinese-grand-prix").location == "Beijing"


def test_a_new_event_at_the_place_and_time_of_one_that_kept_its_name_is_new():
    put(SHANGHAI)
    moved = replace(SHANGHAI, date=datetime(2025, 10, 5, tzinfo=UTC))

    report = put(moved, replace(SHANGHAI, name="Shanghai Grand Prix"))

    assert report.added == {"event": 1, "session": 2}


def test_an_event_moved_to_another_time_and_place_is_the_same():
    put(MELBOURNE, SHANGHAI)
    moved = replace(SHANGHAI, location="Kuala Lumpur", date=datetime(2025, 10, 5, tzinfo=UTC), round_number=17)
    report = put(MELBOURNE, moved)

    assert not report.added
    assert Event.objects.get(key="2025-chinese-grand-prix").location == "Kuala Lumpur"


def test_two_events_at_one_place_a_week_apart_are_two():
    put(replace(MELBOURNE, name="Austrian Grand Prix", location="Spielberg"))
    styria = replace(MELBOURNE, name="Styrian Grand Prix", location="Spielberg", date=datetime(2025, 3, 23, tzinfo=UTC))

    report = import_session(weekend(styria)[1], ENTRIES, source="fastf1", fastf1_version="3.9.0")

    assert report.added["event"] == 1


def test_an_event_that_left_the_calendar_is_cancelled_and_comes_back_as_itself():
    put(MELBOURNE, SHANGHAI)
    before = set(Session.objects.values_list("key", "public_id"))

    report = put(MELBOURNE)

    assert report.changed == {"event": 1, "session": 2}
    gone = Session.objects.get(key="2025-chinese-grand-prix-race")
    assert (gone.state, gone.state_reason) == ("cancelled", "not in the calendar any more")
    assert gone.event.round_number is None

    put(MELBOURNE, SHANGHAI)

    back = Session.objects.get(key="2025-chinese-grand-prix-race")
    assert (back.state, back.state_reason, back.event.round_number) == ("scheduled", "", 2)
    assert set(Session.objects.values_list("key", "public_id")) == before


def test_a_session_that_left_its_weekend_is_cancelled():
    put(MELBOURNE)
    import_calendar(2025, weekend(MELBOURNE)[1:], now=BETWEEN)

    assert states()["2025-australian-grand-prix-qualifying"] == "cancelled"


def test_what_was_imported_stays_whatever_the_calendar_says():
    race = weekend(MELBOURNE)[1]
    import_session(race, ENTRIES, source="livetiming", fastf1_version="3.9.0")

    put(SHANGHAI)

    assert find_session(race).state == "available"
    assert find_session(race).event.round_number == 1


def test_a_failed_session_stays_failed_until_it_is_moved():
    race = weekend(MELBOURNE)[1]
    put(MELBOURNE)
    mark_failed(race, "TimingData is damaged")
    put(MELBOURNE)
    assert find_session(race).state == "failed"

    put(replace(MELBOURNE, date=datetime(2025, 10, 5, tzinfo=UTC)))

    assert find_session(race).state == "scheduled"
    assert find_session(race).state_reason == ""


def test_the_demo_is_in_no_calendar_and_stays():
    demo = replace(MELBOURNE, name="Demo Grand Prix", is_demo=True, round_number=None)
    mark_failed(weekend(demo)[1], "not built yet")

    put(MELBOURNE)

    assert find_session(weekend(demo)[1]).state == "failed"


@pytest.mark.parametrize(
    ("sessions", "named"),
    [
        ([], "sessions is empty"),
        (weekend(replace(MELBOURNE, year=2024)), "year is 2024"),
        (weekend(MELBOURNE) * 2, "kind is 'qualifying'"),
        (weekend(MELBOURNE) + weekend(replace(SHANGHAI, name="Australian grand prix")), "name is 'Australian grand"),
    ],
)
def test_a_calendar_that_makes_no_sense_changes_nothing(sessions, named):
    put(SHANGHAI)

    with pytest.raises(ValueError, match=named):
        import_calendar(2025, sessions, now=BETWEEN)

    assert states().keys() == {"2025-chinese-grand-prix-qualifying", "2025-chinese-grand-prix-race"}
    assert "cancelled" not in states().values()
