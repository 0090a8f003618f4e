"""Every resource: where it answers, and with what."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seasons.api.views import RESOURCES
from seasons.models import Session
from seasons.stamps import touch_shared
from tests.seasons.api.asking import whole
from tests.seasons.api.generated_catalogue import MELBOURNE, QUALIFYING, RACE, TO_COME, generate_seasons

NAMED = ["seasons", "events", "sessions", "circuits", "drivers", "teams", "entries"]


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("form", ["/api/v1/{}/", "/api/v1/{}", "/api/{}/", "/api/{}"])
def test_a_list_answers_at_each_form_of_its_address_without_a_redirect(generated_catalogue, client, resource, form):
    response = client.get(form.format(resource))

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert list(body) == ["count", "next", "previous", "results"]
    assert len(body["results"]) == body["count"] > 0


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_row_by_itself_is_the_row_of_the_list(ask, rows, resource):
    row = rows(resource)[0]

    names = [row["id"], row["key"]] if resource in NAMED else [row["id"]]
    for name in names:
        assert ask(f"{resource}/{name}").json() == row


@pytest.mark.parametrize("form", ["/api/v1/{}/{}/", "/api/v1/{}/{}", "/api/{}/{}/", "/api/{}/{}"])
def test_a_row_answers_at_each_form_of_its_address(generated_catalogue, client, form):
    response = client.get(form.format("sessions", RACE))

    assert response.status_code == 200
    assert response.json()["key"] == RACE


def test_latest_is_the_newest_session_that_was_imported_and_its_season(ask):
    assert ask("sessions/latest").json()["key"] == RACE
    assert ask("seasons/latest").json()["key"] == "2025"


def test_latest_without_an_import_is_what_has_begun_last(ask):
    Session.objects.update(imported_at=None)
    touch_shared()
    assert ask("sessions/latest").json()["key"] == RACE

    Session.objects.filter(key=RACE).update(state="scheduled")
    Session.objects.filter(key=QUALIFYING).update(state="pending")
    touch_shared()
    assert ask("sessions/latest").json()["key"] == QUALIFYING


def test_an_invented_session_is_the_latest_only_where_there_is_no_other(ask):
    session = Session.objects.get(key=RACE)
    session.event.is_demo = True
    session.event.save()

    assert ask("sessions/latest").json()["key"] == "2024-bahrain-grand-prix-race"


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("name", ["no-such-row", "99999999999999999999", "0", "x" * 201])
def test_a_row_that_is_not_there_is_a_404_with_problem_details(ask, resource, name):
    response = ask(f"{resource}/{name}")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_only_sessions_and_seasons_have_a_latest(ask):
    assert ask("events/latest").status_code == 404
    assert ask("laps/latest").status_code == 404


@pytest.mark.parametrize("resource", ["sessions", "laps"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(generated_catalogue, client, resource, method):
    response = getattr(client, method)(f"/api/v1/{resource}/", {}, content_type="application/json")

    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("resource", RESOURCES)
def test_head_is_get_without_a_body(generated_catalogue, client, resource):
    address = f"/api/v1/{resource}/"
    got, head = client.get(address), client.head(address)

    assert head.status_code == 200
    assert head.content == b""
    assert head["ETag"] == got["ETag"]
    assert head["Content-Length"] == got["Content-Length"]


def test_values_are_as_the_contract_has_them(rows):
    lap = rows("laps", session=RACE, driver="lando-norris", lap_number="1")[0]
    assert lap.pop("id").isdigit()
    assert lap == {
        "session": RACE,
        "driver": "lando-norris",
        "code": "NOR",
        "driver_number": "4",
        "lap_number": 1,
        "lap_time": 80.101,
        "sector_1": 26.123,
        "sector_2": None,
        "sector_3": None,
        "start": 3600.0,
        "time": 3681.0,
        "position": 1,
        "compound": "SOFT",
        "tyre_life": 1,
        "fresh_tyre": True,
        "stint": 1,
        "pit_in": 3680.0,
        "pit_out": None,
        "speed_i1": None,
        "speed_i2": None,
        "speed_fl": None,
        "speed_st": 310.5,
        "personal_best": False,
        "deleted": False,
        "deleted_reason": None,
        "accurate": False,
        "generated": False,
    }


def test_instants_are_utc_with_z_days_are_days_and_unknown_text_is_null(rows):
    session = rows("sessions", key=RACE)[0]
    assert (session["start"], session["imported_at"]) == ("2025-03-16T04:00:00Z", "2025-03-17T04:00:00Z")
    assert session["state_reason"] is None
    assert rows("sessions", key=TO_COME)[0]["start"] is None

    event = rows("events", key=MELBOURNE)[0]
    assert (event["date"], event["season"], event["circuit"]) == ("2025-03-16", "2025", "melbourne")
    assert rows("entries", session=RACE, driver="nico-hulkenberg")[0]["code"] is None


def test_lists_come_in_the_order_they_promise(rows):
    assert [row["key"] for row in rows("seasons")] == ["2025", "2024"]
    assert [row["name"] for row in rows("circuits")] == ["Melbourne", "Sakhir", "São Paulo"]
    assert [row["key"] for row in rows("sessions")] == ["2024-bahrain-grand-prix-race", QUALIFYING, RACE, TO_COME]
    assert [row["position"] for row in rows("results", session=RACE)] == [1, 2, None]
    assert [(row["driver_number"], row["lap_number"]) for row in rows("laps", session=RACE)] == [
        (number, lap) for number in ("4", "16", "27") for lap in (1, 2, 3, 4)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("resource", RESOURCES)
def test_queries_do_not_grow_with_rows(client, resource):
    asked = ["", "?ordering=-id", "?fields=id", "?format=csv"]
    asked += ["?search=generated"] if RESOURCES[resource].search else []
    asked += ["?season=latest"] if "season" in RESOURCES[resource].filter_names() else []

    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(f"/api/v1/{resource}/{query}")
            assert response.status_code == 200
            assert whole(response)
        return len(captured)

    generate_seasons(1990, 3)
    few = {query: queries(query) for query in asked}
    generate_seasons(1993, 27)
    assert {query: queries(query) for query in asked} == few
    assert client.get(f"/api/v1/{resource}/").json()["count"] == 30


@pytest.mark.parametrize("resource", RESOURCES)
def test_queries_of_a_row_are_few(ask, rows, resource, django_assert_max_num_queries):
    name = rows(resource)[0]["id"]

    with django_assert_max_num_queries(3):  # the stamp, the name, the row
        assert ask(f"{resource}/{name}").status_code == 200
