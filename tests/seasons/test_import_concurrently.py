"""Imports that run at the same moment, each in a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.db import connection

from seasons.catalogue import import_session
from seasons.import_report import ImportReport
from seasons.models import Driver, Entry, Lap, Result, Season, Session, Weather
from tests.seasons.records import ENTRIES, MELBOURNE, RACE, ROWS

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PATIENCE_S = 30


def at_once(*imports: Callable[[], ImportReport]) -> list[ImportReport]:
    together = Barrier(len(imports))

    def run(one: Callable[[], ImportReport]) -> ImportReport:
        try:
            together.wait(PATIENCE_S)
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(imports)) as threads:
        return [running.result(PATIENCE_S) for running in [threads.submit(run, one) for one in imports]]


def put(record=RACE, entries=ENTRIES) -> ImportReport:
    return import_session(record, entries, source="fastf1", fastf1_version="3.9.0", rows=ROWS)


@pytest.mark.parametrize("season_is_new", [True, False])
def test_one_session_imported_twice_at_once_is_there_once(season_is_new):
    if not season_is_new:
        Season.objects.create(year=2025, key="2025")

    reports = at_once(put, put)

    assert sorted(map(bool, reports)) == [False, True]
    assert (Session.objects.count(), Entry.objects.count(), Result.objects.count()) == (1, 3, 3)
    assert (Lap.objects.count(), Weather.objects.count()) == (9, 2)


@pytest.mark.parametrize("again", range(5))
def test_seasons_that_share_their_drivers_do_not_wait_for_each_other_for_ever(again):
    """Each season numbers the cars in another order."""
    first = tuple(
        replace(ENTRIES[0], number=str(n), code="", driver_ref=f"d{n}", full_name=f"Driver {n}", team=f"Team {n}")
        for n in range(1, 21)
    )
    first = tuple(replace(entry, team_ref=f"t{entry.number}") for entry in first)
    second = tuple(replace(entry, number=str(99 - n)) for n, entry in enumerate(first))
    other_season = replace(RACE, event=replace(MELBOURNE, year=2024))

    at_once(lambda: put(entries=first), lambda: put(other_season, second))

    assert (Season.objects.count(), Driver.objects.count(), Entry.objects.count()) == (2, 20, 40)
