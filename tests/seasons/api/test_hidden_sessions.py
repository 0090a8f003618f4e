"""A session that a curator hides: the API knows nothing of it, nor of anything in it."""

import pytest

from seasons.api.views import RESOURCES
from seasons.models import Entry, Lap, Session
from tests.seasons.api.asking import whole
from tests.seasons.api.generated_catalogue import BAHRAIN_RACE, HIDDEN, QUALIFYING, RACE

WITHIN = [name for name in RESOURCES if name not in ("seasons", "events", "circuits", "drivers", "teams")]


def publish(key: str, published: bool) -> None:
    session = Session.objects.get(key=key)
    session.published = published
    session.save()


def hide(key: str) -> None:
    publish(key, False)


@pytest.mark.parametrize("resource", WITHIN)
@pytest.mark.parametrize("form", ["json", "csv"])
def test_no_list_has_a_row_of_it(ask, resource, form):
    text = whole(ask(resource, format=form, page_size="1000")).decode()

    assert RACE in text
    assert HIDDEN not in text


@pytest.mark.parametrize("resource", WITHIN)
def test_counts_leave_it_out(ask, resource):
    seen = ask(resource).json()["count"]
    hide(RACE)

    left = ask(resource).json()
    assert left["count"] < seen
    assert left["count"] == len(left["results"])


@pytest.mark.parametrize("resource", WITHIN)
def test_its_rows_are_not_at_their_addresses(ask, rows, resource):
    about = "key" if resource == "sessions" else "session"
    row = rows(resource, **{about: RACE})[0]
    assert ask(f"{resource}/{row['id']}").status_code == 200

    hide(RACE)
    assert ask(f"{resource}/{row['id']}").status_code == 404
    if "key" in row:
        assert ask(f"{resource}/{row['key']}").status_code == 404


@pytest.mark.parametrize("resource", [*WITHIN[1:], "drivers", "teams"])
def test_filters_know_it_as_little_as_one_that_never_was(ask, resource):
    hidden, never = (ask(resource, session=name) for name in (HIDDEN, "never-was"))

    assert hidden.status_code == 400
    assert hidden.json() == {
        **never.json(),
        "request_id": hidden["X-Request-ID"],
        "detail": never.json()["detail"].replace("never-was", HIDDEN),
        "errors": [
            {**error, "detail": error["detail"].replace("never-was", HIDDEN)} for error in never.json()["errors"]
        ],
    }
    assert ask(resource, session=Session.objects.get(key=HIDDEN).public_id).status_code == 400


def test_its_rows_are_not_found_by_their_own_names(ask, rows):
    lap = Lap.objects.filter(session__key=HIDDEN)[0]
    entry = Entry.objects.filter(session__key=HIDDEN)[0]

    assert rows("laps", id=str(lap.pk)) == []
    assert rows("laps", driver="oscar-piastri") == []
    assert rows("entries", key=entry.key) == []
    assert rows("entries", search="piastri") == []


def test_nobody_took_part_in_it(rows):
    for query in ({"season": "2025"}, {"event": "2025-australian-grand-prix"}, {"season__in": "2024,2025"}):
        assert "oscar-piastri" not in {row["key"] for row in rows("drivers", **query)}


def test_the_latest_is_another(ask):
    hide(RACE)
    assert ask("sessions/latest").json()["key"] == QUALIFYING
    assert {row["session"] for row in ask("laps", session="latest").json()["results"]} == {QUALIFYING}

    hide(QUALIFYING)
    assert ask("sessions/latest").json()["key"] == BAHRAIN_RACE
    assert ask("seasons/latest").json()["key"] == "2024"


def test_it_comes_back_when_it_is_published(ask):
    assert ask(f"sessions/{HIDDEN}").status_code == 404
    publish(HIDDEN, True)

    assert ask(f"sessions/{HIDDEN}").json()["key"] == HIDDEN
    assert ask("laps", session=HIDDEN).json()["count"] == 12
