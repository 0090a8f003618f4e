"""Stamps change with what they stand for, and only then."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seasons.catalogue import import_calendar, import_session, mark_failed
from seasons.models import Driver, Lap, Season, Session, Stamp
from seasons.stamps import catalogue_stamp, one_touch, session_stamps, touch_session, touch_shared
from tests.seasons.records import ENTRIES, MELBOURNE, NORRIS, RACE, ROWS, SHANGHAI, VERSTAPPEN, laps, weekend

pytestmark = pytest.mark.django_db

BETWEEN = datetime(2025, 3, 18, tzinfo=UTC)
QUALIFYING = replace(RACE, kind="qualifying", name="Qualifying")


def put(record=RACE, entries=ENTRIES, rows=ROWS) -> None:
    import_session(record, entries, source="fastf1", fastf1_version="3.9.0", rows=rows)


def stamps() -> dict[str, str]:
    """All there are: of each session, of what they share, of everything."""
    return dict(Session.objects.values_list("key", "stamp")) | dict(Stamp.objects.values_list("scope", "value"))


def renewed(change: Callable[[], object]) -> set[str]:
    """The stamps that `change` renewed, sessions by their kind."""
    before = stamps()
    change()
    return {name.rpartition("grand-prix-")[2] for name, stamp in stamps().items() if before.get(name) != stamp}


@pytest.fixture
def two_sessions() -> None:
    put()
    put(QUALIFYING)


def test_an_import_that_changes_nothing_renews_no_stamp(two_sessions):
    import_calendar(2025, weekend(SHANGHAI), now=BETWEEN)

    assert renewed(put) == set()
    assert renewed(lambda: import_calendar(2025, weekend(SHANGHAI), now=BETWEEN)) == set()
    assert renewed(lambda: mark_failed(RACE, "rate limit")) == set()


def test_another_lap_renews_its_session_and_the_catalogue_but_not_what_sessions_share(two_sessions):
    more = replace(ROWS, laps=laps("4", "1", "81", count=4))

    assert renewed(lambda: put(rows=more)) == {"race", "catalogue"}


def test_removed_entries_renew_their_session(two_sessions):
    fewer = replace(ROWS, laps=laps("4", "1"))

    assert renewed(lambda: put(entries=(NORRIS, VERSTAPPEN), rows=fewer)) == {"race", "catalogue"}


def test_a_completed_driver_renews_what_sessions_share(two_sessions):
    Driver.objects.filter(ref="norris").update(country_code="")

    assert renewed(put) == {"shared", "catalogue"}


def test_a_calendar_renews_what_it_moves(two_sessions):
    import_calendar(2025, weekend(SHANGHAI), now=BETWEEN)
    started = datetime(2025, 3, 23, 5, 30, tzinfo=UTC)
    assert Session.objects.filter(event__location="Shanghai").count() == 2

    assert renewed(lambda: import_calendar(2025, weekend(SHANGHAI), now=started)) == {"qualifying", "race", "catalogue"}
    renumbered = weekend(replace(SHANGHAI, round_number=9))
    assert renewed(lambda: import_calendar(2025, renumbered, now=started)) == {"shared", "catalogue"}


def test_new_sessions_of_a_calendar_renew_the_catalogue(two_sessions):
    import_calendar(2025, weekend(SHANGHAI)[:1], now=BETWEEN)

    assert "catalogue" in renewed(lambda: import_calendar(2025, weekend(SHANGHAI), now=BETWEEN))


def test_a_failure_renews_its_session():
    import_calendar(2025, weekend(MELBOURNE), now=BETWEEN)

    assert renewed(lambda: mark_failed(weekend(MELBOURNE)[1], "cut off")) == {"race", "catalogue"}


def test_an_edit_in_the_admin_renews_the_session_of_the_row(two_sessions):
    one = Lap.objects.filter(session__kind="race").first()

    assert renewed(one.save) == {"race", "catalogue"}
    assert renewed(one.delete) == {"race", "catalogue"}
    assert renewed(Session.objects.get(kind="qualifying").save) == {"qualifying", "catalogue"}
    assert renewed(Season.objects.get().save) == {"shared", "catalogue"}


def test_an_import_never_brings_an_old_stamp_back(two_sessions, monkeypatch):
    """The stamp that another renewed meanwhile stays: what the import saves of a session is not its stamp."""
    real = Session.save
    meanwhile = "renewed-else"

    def save(session, *args, **kwargs):
        Session.objects.filter(pk=session.pk).update(stamp=meanwhile)
        real(session, *args, **kwargs)
        seen.append(Session.objects.get(pk=session.pk).stamp)

    seen: list[str] = []
    monkeypatch.setattr(Session, "save", save)
    put(replace(RACE, name="Grand Prix"))

    assert seen == [meanwhile]


def test_a_session_is_stamped_with_what_it_shares(two_sessions):
    race = Session.objects.get(kind="race")
    before = session_stamps([race.key]).get(race.key)

    assert before == session_stamps([race.public_id])[race.public_id]
    assert session_stamps(["2025-nowhere-race"]) == {}
    touch_shared()
    assert session_stamps([race.key]).get(race.key) != before


def test_a_hidden_session_has_no_stamp(two_sessions):
    Session.objects.filter(kind="race").update(published=False)

    assert session_stamps(["2025-australian-grand-prix-race"]) == {}


def test_many_touches_are_one(two_sessions):
    race = Session.objects.get(kind="race")
    before = catalogue_stamp()

    with CaptureQueriesContext(connection) as queries, one_touch():
        for _ in range(50):
            touch_session(race.pk)
        with one_touch():
            touch_shared()
        assert catalogue_stamp() == before

    assert catalogue_stamp() != before
    writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE"))]
    assert len(writes) == 2


def test_a_change_that_is_rolled_back_renews_nothing(two_sessions):
    def delete_and_fail() -> None:
        with suppress(RuntimeError), one_touch():
            Lap.objects.first().delete()
            raise RuntimeError

    assert renewed(delete_and_fail) == set()
    assert renewed(Lap.objects.filter(session__kind="race").first().delete) == {"race", "catalogue"}
