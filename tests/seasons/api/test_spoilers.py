"""Who only asks what there is to watch is not told how it ended."""

import pytest

from seasons.models import Lap, PitStop, Result, Session, Stint
from seasons.stamps import touch_session
from tests.seasons.api.asking import whole
from tests.seasons.api.generated_catalogue import RACE

SAFE = ["seasons", "events", "sessions", "circuits", "drivers", "teams", "entries"]


def rerun(session_key: str) -> None:
    """Another race: other winners, times and stops, and fewer laps."""
    session = Session.objects.get(key=session_key)
    for place, result in enumerate(Result.objects.filter(session=session).order_by("-pk"), start=1):
        Result.objects.filter(pk=result.pk).update(
            position=place, classified="D", grid=place, status="Engine", points=7, laps=1, best_lap_ms=1
        )
    Lap.objects.filter(session=session).update(lap_time_ms=70_000, position=9, personal_best=True)
    Lap.objects.filter(session=session, lap_number=4).delete()
    Stint.objects.filter(session=session).delete()
    PitStop.objects.filter(session=session).delete()
    touch_session(session.pk)


@pytest.mark.parametrize("resource", SAFE)
@pytest.mark.parametrize("form", ["json", "csv"])
def test_lists_are_the_same_however_a_session_ended(ask, resource, form):
    def bodies() -> list[bytes]:
        queries = [{}, {"ordering": "-id"}]
        queries += [{"session": RACE}] if resource in ("drivers", "teams", "entries") else []
        return [_body(ask(resource, format=form, **query)) for query in queries]

    before = bodies()
    rerun(RACE)
    assert bodies() == before


@pytest.mark.parametrize("resource", SAFE)
def test_rows_are_the_same_however_a_session_ended(ask, rows, resource):
    names = [row["key"] for row in rows(resource)]
    before = [ask(f"{resource}/{name}").content for name in names]

    rerun(RACE)
    assert [ask(f"{resource}/{name}").content for name in names] == before


def test_results_and_laps_do_tell(rows):
    before = {resource: rows(resource, session=RACE) for resource in ("results", "laps", "stints", "pit-stops")}

    rerun(RACE)
    assert all(rows(resource, session=RACE) != found for resource, found in before.items())


def test_no_filter_and_no_order_tells_it_either(refusals):
    for resource in SAFE:
        for name in ("position", "points", "winner", "laps", "best_lap", "results__position", "entries__result"):
            assert name in refusals(resource, **{name: "1"})
            assert "ordering" in refusals(resource, ordering=f"-{name}")


def _body(response) -> bytes:
    assert response.status_code == 200
    return whole(response)
