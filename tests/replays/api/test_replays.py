"""The list of replays, and one of them."""

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from replays.artefact.model import SCHEMA_VERSION
from replays.models import Replay, ReplayState
from tests.replays.synthetic import circle_event, stored_replay, synthetic_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("replay_storage")]

LIST = "/api/v1/replays/"
FILES_AND_ROWS = [
    "", "{id}/", "{id}/track/", "{id}/manifest/", "{id}/events/", "{id}/quality/", "{id}/chunks/9/", "{id}/frames/",
]  # fmt: skip
FIELDS = {
    "id", "session", "session_name", "event", "event_name", "season", "kind", "year", "state", "t_start", "t_end",
    "lights_out", "laps", "capabilities", "bytes", "schema_version", "built_at", "websocket", "track", "page",
}  # fmt: skip


def superseded(replay: Replay) -> Replay:
    replay.state = ReplayState.SUPERSEDED
    replay.save()
    return replay


def wrong_parameters(response) -> list[str]:
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    return [error["parameter"] for error in response.json()["errors"]]


def test_a_replay_in_the_list(client):
    replay = stored_replay()
    answer = client.get(LIST).json()
    assert {key: answer[key] for key in ("count", "next", "previous")} == {"count": 1, "next": None, "previous": None}
    (found,) = answer["results"]
    assert found.keys() == FIELDS
    assert found["id"] == replay.public_id
    assert found["session"] == "2025-circle-grand-prix-race"
    assert (found["event"], found["event_name"]) == ("2025-circle-grand-prix", "Circle Grand Prix")
    assert (found["session_name"], found["kind"]) == ("Race", "race")
    assert (found["season"], found["year"]) == ("2025", 2025)
    assert (found["t_start"], found["t_end"], found["lights_out"], found["laps"]) == (90.0, 150.0, 95.0, 3)
    assert found["capabilities"]["positions"] is True
    assert (found["bytes"], found["schema_version"], found["state"]) == (replay.bytes, SCHEMA_VERSION, "ready")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", found["built_at"])
    assert found["websocket"] == f"/ws/v1/replays/{replay.public_id}/"
    assert found["track"] == f"/api/v1/replays/{replay.public_id}/track/"
    assert found["page"] == f"/replays/{replay.public_id}/"


def test_session_times_have_milliseconds(client):
    data = synthetic_session()
    replay = stored_replay(replace(data, start_ms=95_123))
    assert client.get(f"{LIST}{replay.public_id}/").json()["lights_out"] == 95.123


def test_no_lights_out_is_null(client):
    replay = stored_replay()
    Replay.objects.update(lights_out_ms=None)
    assert client.get(f"{LIST}{replay.public_id}/").json()["lights_out"] is None


def test_the_detail_is_the_row_of_the_list_and_its_quality(client):
    replay = stored_replay()
    detail = client.get(f"{LIST}{replay.public_id}/").json()
    assert detail.pop("quality")["cars_without_positions"] == []
    assert [detail] == client.get(LIST).json()["results"]


def test_a_replaced_replay_leaves_the_list_and_still_answers(client):
    old = superseded(stored_replay())
    new = stored_replay(synthetic_session(car_count=2))
    assert [row["id"] for row in client.get(LIST).json()["results"]] == [new.public_id]
    assert [row["id"] for row in client.get(LIST, {"state": "superseded"}).json()["results"]] == [old.public_id]
    assert client.get(f"{LIST}{old.public_id}/").json()["state"] == "superseded"


def test_the_list_of_a_session_by_key_or_id(client):
    stored_replay(synthetic_session(event=circle_event(1)))
    wanted = stored_replay(synthetic_session(event=circle_event(2)))
    for name in (wanted.session.key, wanted.session.public_id):
        assert [row["id"] for row in client.get(LIST, {"session": name}).json()["results"]] == [wanted.public_id]


def test_pages_lead_through_all_replays_once(client):
    ids = {stored_replay(synthetic_session(event=circle_event(n), car_count=1)).public_id for n in range(1, 6)}
    url, seen = f"{LIST}?page_size=2", []
    while url:
        page = client.get(url).json()
        assert page["count"] == 5
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == 5
    assert set(seen) == ids
    assert "page=2" in page["previous"]
    assert "page_size=2" in page["previous"]


def test_a_page_after_the_last_is_404(client):
    assert client.get(LIST, {"page": 1}).status_code == 200
    assert client.get(LIST, {"page": 2}).status_code == 404


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("page_size", "1001"),
        ("page_size", "0"),
        ("page_size", "many"),
        ("page", "-1"),
        ("page", "٣"),
        ("page", "9" * 5000),
        ("state", "burning"),
        ("session", "2025-atlantis-grand-prix-race"),
        ("session", "\0"),
        ("colour", "red"),
        ("format", "xml"),
        ("ordering", "capabilities"),
        ("fields", "quality"),
    ],
)
def test_a_wrong_parameter_is_named(client, parameter, value):
    assert wrong_parameters(client.get(LIST, {parameter: value})) == [parameter]


def test_all_wrong_parameters_are_named_at_once(client):
    assert wrong_parameters(client.get(f"{LIST}?colour=red&page=0&state=ready&state=ready")) == [
        "colour",
        "state",
        "page",
    ]


def test_the_detail_takes_fields_and_nothing_else(client):
    address = f"{LIST}{stored_replay().public_id}/"
    assert client.get(f"{address}?fields=quality,laps").json().keys() == {"quality", "laps"}
    assert wrong_parameters(client.get(f"{address}?fields=speed")) == ["fields"]
    assert wrong_parameters(client.get(f"{address}?state=ready")) == ["state"]


@pytest.mark.parametrize("question", ["state=ready", "state__in=ready,superseded", "kind=race", "season=2025"])
def test_filters_find_the_ready_one(client, question):
    replay = stored_replay()
    assert [row["id"] for row in client.get(f"{LIST}?{question}").json()["results"]] == [replay.public_id]


@pytest.mark.parametrize(
    "question", ["state__in=superseded", "lights_out__isnull=true", "t_end__lt=150", "kind=sprint"]
)
def test_filters_leave_out_the_others(client, question):
    stored_replay()
    assert client.get(f"{LIST}?{question}").json()["results"] == []


def test_the_list_comes_as_csv(client):
    replay = stored_replay()
    response = client.get(f"{LIST}?format=csv&fields=id,laps,lights_out")
    text = b"".join(response).decode()
    assert text.splitlines() == ["id,laps,lights_out", f"{replay.public_id},3,95.0"]


def test_the_largest_page_is_allowed(client):
    assert client.get(LIST, {"page_size": 1000}).status_code == 200


@pytest.mark.parametrize("path", ["unknown", "-", "%00", "a%0d%0ab", "..%2f..%2fetc", "x" * 300, "é"])
@pytest.mark.parametrize("prefix", ["/api/v1/replays/", "/api/replays/"])
def test_an_unknown_replay_is_a_404_problem_whatever_it_looks_like(client, prefix, path):
    response = client.get(f"{prefix}{path}/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem.keys() == {"type", "title", "status", "detail", "request_id"}
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", "Not Found", 404)


@pytest.mark.parametrize("path", ["/api/nonsense", "/api/v1/nonsense", "/api/v2/replays/"])
def test_addresses_that_mean_nothing_are_404_problems(client, path):
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_writing_is_a_405_problem(client):
    response = client.post(LIST)
    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert "GET" in response["Allow"]


@pytest.mark.parametrize("path", FILES_AND_ROWS)
def test_every_address_answers_without_its_slash_and_without_its_version(client, path):
    path = path.format(id=stored_replay().public_id)
    versioned = client.get(f"/api/v1/replays/{path}")
    assert versioned.status_code == 200
    assert "Link" not in versioned
    body = b"".join(versioned)
    assert b"".join(client.get(f"/api/v1/replays/{path}".removesuffix("/"))) == body
    for address in (f"/api/replays/{path}", f"/api/replays/{path}".removesuffix("/")):
        response = client.get(address)
        assert b"".join(response) == body
        assert response["Link"] == f'</api/v1/replays/{path}>; rel="canonical"'


def test_json_is_what_one_gets_whatever_one_accepts(client):
    response = client.get(LIST, headers={"Accept": "text/html"})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("path", ["", "{id}/"])
def test_queries_do_not_grow_with_the_rows(client, django_assert_num_queries, path):
    stored = stored_replay()
    address = LIST + path.format(id=stored.public_id)
    with CaptureQueriesContext(connection) as alone:
        client.get(address)
    for number in range(4):
        stored_replay(synthetic_session(event=circle_event(number + 1), car_count=1))
    with django_assert_num_queries(len(alone)):
        client.get(address)
    assert len(alone) <= 3


def test_an_answer_is_the_same_until_a_replay_is_made_or_goes(client):
    replay = stored_replay()
    first = client.get(LIST)
    assert client.get(LIST, headers={"If-None-Match": first["ETag"]}).status_code == 304

    other = stored_replay(synthetic_session(event=circle_event(1)))
    second = client.get(LIST, headers={"If-None-Match": first["ETag"]})
    assert {row["id"] for row in second.json()["results"]} == {replay.public_id, other.public_id}

    other.delete()
    third = client.get(LIST, headers={"If-None-Match": second["ETag"]})
    assert [row["id"] for row in third.json()["results"]] == [replay.public_id]
