"""Pages and sparse fields."""

import pytest

from tests.seasons.api.generated_catalogue import LAPS, RACE

PUBLIC = 3 * 3 * LAPS
"""Laps of the sessions that can be seen."""


def test_pages_hold_every_row_once(generated_catalogue, client):
    url, seen, previous = "/api/v1/laps/?page_size=7&ordering=-lap_time", [], None
    while url:
        page = client.get(url).json()
        assert page["count"] == PUBLIC
        assert page["previous"] == (previous and f"http://testserver/api/v1/laps/?{previous}")
        previous = f"page_size=7&ordering=-lap_time&page={len(seen) // 7 + 1}"
        seen += [row["id"] for row in page["results"]]
        url = page["next"]

    assert len(seen) == len(set(seen)) == PUBLIC


def test_links_to_other_pages_keep_everything_else_that_was_asked(ask):
    page = ask("laps", session__in=f"{RACE},latest", lap_time__gt="1.5", search="nor", page="2", page_size="1").json()

    rest = f"session__in={RACE}%2Clatest&lap_time__gt=1.5&search=nor"
    assert page["next"] == f"http://testserver/api/v1/laps/?{rest}&page=3&page_size=1"
    assert page["previous"] == f"http://testserver/api/v1/laps/?{rest}&page=1&page_size=1"


@pytest.mark.parametrize(("size", "pages"), [(PUBLIC, 1), (PUBLIC - 1, 2), (1000, 1)])
def test_the_last_page_has_no_next(ask, size, pages):
    last = ask("laps", page=pages, page_size=size)

    assert last.status_code == 200
    assert last.json()["next"] is None
    beyond = ask("laps", page=pages + 1, page_size=size)
    assert beyond.status_code == 404
    assert beyond.json()["detail"] == f"There is no page {pages + 1}; the last one is {pages}."


def test_a_list_of_nothing_has_one_page(ask):
    nothing = ask("laps", search="nobody")

    assert nothing.json() == {"count": 0, "next": None, "previous": None, "results": []}
    assert ask("laps", search="nobody", page="2").status_code == 404


def test_a_page_is_a_hundred_rows_unless_asked_otherwise(db, client):
    from tests.seasons.api.generated_catalogue import generate_catalogue, more_laps

    generate_catalogue()
    more_laps(RACE, 1100)

    assert len(client.get("/api/v1/laps/").json()["results"]) == 100
    assert len(client.get("/api/v1/laps/?page_size=1000").json()["results"]) == 1000


def test_fields_come_alone_and_in_the_order_asked_for(ask):
    page = ask("laps", session=RACE, driver="lando-norris", fields="lap_time, lap_number ,lap_time", page_size="1")

    assert list(page.json()["results"][0].items()) == [("lap_time", 80.101), ("lap_number", 1)]
