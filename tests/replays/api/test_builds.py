"""Builds over HTTP: who may, what they see, and that nothing is begun twice."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import Token
from replays.models import Build, BuildState
from replays.queue import enqueue
from tests.replays.synthetic import circle_event, stored_replay, synthetic_session

pytestmark = pytest.mark.django_db

BUILDS = "/api/v1/builds/"
JSON = "application/json"


def with_token(**fields) -> dict[str, str]:
    """The headers of who holds such a token."""
    fields = {"name": "a notebook", "scope": "build", **fields}
    return {"Authorization": f"Bearer {Token.objects.create_key(**fields)[1]}"}


@pytest.fixture
def session(replay):
    return replay.session


@pytest.fixture
def asks(client, session):
    """Asks for a build of the session, or sends another body."""

    def asks(body=None, headers=None):
        body = {"session": session.key} if body is None else body
        return client.post(BUILDS, body, content_type=JSON, headers=headers or with_token())

    return asks


def test_a_build_is_queued_and_told_where_it_is(client, session, asks):
    headers = with_token(name="the lab")

    answer = asks(headers=headers)

    build = Build.objects.get()
    assert (answer.status_code, answer["Location"]) == (202, f"{BUILDS}{build.public_id}/")
    assert (build.session, build.state, build.requested_by) == (session, BuildState.QUEUED, "token the lab")
    assert answer.json() == client.get(answer["Location"], headers=headers).json()
    told = answer.json()
    assert told.pop("queued_at").endswith("Z")
    assert told == {
        "id": build.public_id, "session": session.key, "state": "queued", "refresh": False,
        "requested_by": "token the lab", "stage": None, "progress": 0.0, "attempts": 0, "not_before": None,
        "cancel_requested": False, "started_at": None, "finished_at": None, "error": None, "report": None,
        "replay": None,
    }  # fmt: skip


def test_what_waits_or_runs_already_is_not_begun_twice(asks):
    headers = with_token()
    first = asks(headers=headers)
    for state in (BuildState.QUEUED, BuildState.RUNNING):
        Build.objects.update(state=state, lease_until=timezone.now() + timedelta(minutes=1), claim_token="x")
        again = asks(headers=headers)
        assert (again.status_code, again["Location"]) == (200, first["Location"])
        assert again.json()["state"] == state
    assert Build.objects.count() == 1


def test_a_build_that_waits_takes_over_the_wish_for_the_newest_data(session, asks):
    enqueue(session, requested_by="somebody")
    answer = asks({"session": session.key, "refresh": True})
    assert answer.status_code == 200
    assert (answer.json()["refresh"], answer.json()["requested_by"]) == (True, "somebody")


def test_a_session_may_be_called_by_key_id_or_latest(session, asks):
    for name in (session.key, session.public_id, "latest"):
        assert asks({"session": name}).json()["session"] == session.key


def test_staff_that_is_logged_in_may_too(admin_client, session):
    answer = admin_client.post(BUILDS, {"session": session.key}, content_type=JSON)
    assert answer.status_code == 202
    assert answer.json()["requested_by"] == "admin"
    assert admin_client.get(BUILDS).json()["count"] == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_told_how_to_come_in(client, session, method):
    response = getattr(client, method)(BUILDS)
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_who_is_logged_in_but_no_staff_is_refused(client, session):
    client.force_login(get_user_model().objects.create_user("viewer"))
    for response in (client.get(BUILDS), client.post(BUILDS, {"session": session.key}, content_type=JSON)):
        assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")
    assert not Build.objects.exists()


def test_a_page_elsewhere_cannot_use_the_log_in_of_staff(admin_user, session):
    client = Client(enforce_csrf_checks=True)
    client.get("/admin/login/")  # sets the cookie
    client.force_login(admin_user)
    refused = client.post(BUILDS, {"session": session.key}, content_type=JSON)
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert "CSRF" in refused.json()["detail"]
    assert not Build.objects.exists()

    token = client.cookies["csrftoken"].value
    allowed = client.post(BUILDS, {"session": session.key}, content_type=JSON, headers={"X-CSRFToken": token})
    assert allowed.status_code == 202


def test_a_token_needs_no_csrf_cookie(session):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(BUILDS, {"session": session.key}, content_type=JSON, headers=with_token())
    assert answer.status_code == 202


def test_a_token_of_the_scope_read_sees_builds_and_asks_for_none(client, session, asks):
    enqueue(session)
    headers = with_token(scope="read")
    assert client.get(BUILDS, headers=headers).json()["count"] == 1
    assert asks(headers=headers).status_code == 403
    cancel = f"{BUILDS}{Build.objects.get().public_id}/cancel/"
    assert client.post(cancel, headers=headers).status_code == 403
    assert Build.objects.get().state == BuildState.QUEUED


def test_answers_are_for_nobody_else_to_keep(client, session):
    for headers in (with_token(), {}):
        response = client.get(BUILDS, headers=headers)
        assert response["Cache-Control"] == "no-store"
        assert {"Authorization", "Cookie"} <= set(response["Vary"].split(", "))
        assert "ETag" not in response


@pytest.mark.parametrize("state", [BuildState.QUEUED, BuildState.RUNNING])
def test_a_build_that_has_not_ended_can_be_cancelled(client, session, state):
    build, _ = enqueue(session)
    Build.objects.update(state=state, lease_until=timezone.now() + timedelta(minutes=1), claim_token="x")

    answer = client.post(f"{BUILDS}{build.public_id}/cancel/", headers=with_token())

    assert answer.status_code == 200
    told = (answer.json()["state"], answer.json()["cancel_requested"])
    assert told == (("cancelled", False) if state == BuildState.QUEUED else ("running", True))


@pytest.mark.parametrize("state", [BuildState.DONE, BuildState.FAILED, BuildState.CANCELLED])
def test_a_build_that_has_ended_cannot(client, session, state):
    build, _ = enqueue(session)
    Build.objects.update(state=state)
    answer = client.post(f"{BUILDS}{build.public_id}/cancel", headers=with_token())
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert Build.objects.get().state == state


def test_an_unknown_build_is_a_404(client, session):
    headers = with_token()
    assert client.get(f"{BUILDS}nonsense/", headers=headers).status_code == 404
    assert client.post(f"{BUILDS}nonsense/cancel/", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, {"session": "This field is required."}),
        ({"session": "atlantis"}, {"session": "there is no session atlantis; give a key or an id, or latest"}),
        ({"session": None}, {"session": "This field may not be null."}),
        ({"session": 2025}, {"session": "must be text"}),
        ({"session": ""}, {"session": "This field may not be blank."}),
        ({"session": "a\0b"}, {"session": "Null characters are not allowed."}),
        (
            {"session": "latest", "refresh": "yes", "force": 1},
            {"force": "unknown; allowed are session, refresh", "refresh": "must be true or false"},
        ),
        ({"session": "latest", "refresh": 1}, {"refresh": "must be true or false"}),
        ([], {"body": "must be a JSON object"}),
        ('"latest"', {"body": "must be a JSON object"}),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_with_all_that_is_wrong(asks, body, details):
    response = asks(body)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert {error["parameter"]: error["detail"] for error in response.json()["errors"]} == details
    assert not Build.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'{"session": NaN}', b"\xff", b"null"])
@pytest.mark.parametrize("content_type", [JSON, "application/x-www-form-urlencoded", "text/plain; charset=nonsense"])
def test_what_is_no_json_is_a_400(client, session, body, content_type):
    response = client.generic("POST", BUILDS, body, content_type, headers=with_token())
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_writing_takes_no_parameters(client, session):
    response = client.post(f"{BUILDS}?refresh=true", {"session": session.key}, content_type=JSON, headers=with_token())
    assert [error["parameter"] for error in response.json()["errors"]] == ["refresh"]
    assert not Build.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_else_can_be_done_to_a_build(client, session, method):
    build, _ = enqueue(session)
    assert getattr(client, method)(f"{BUILDS}{build.public_id}/", headers=with_token()).status_code == 405


@pytest.mark.parametrize("path", ["", "{id}/", "{id}/cancel/"])
def test_options_answers(client, session, path):
    build, _ = enqueue(session)
    assert client.options(BUILDS + path.format(id=build.public_id), headers=with_token()).status_code == 200


def test_lists_can_be_filtered_and_come_newest_first(client, session):
    other = stored_replay(synthetic_session(event=circle_event(1), car_count=1))
    first, _ = enqueue(session)
    Build.objects.update(state=BuildState.FAILED, error="no timing")
    second, _ = enqueue(session)
    third, _ = enqueue(other.session)
    Build.objects.filter(pk=third.pk).update(state=BuildState.DONE, replay=other, progress=1.0)
    headers = with_token()

    def found(**query):
        return [row["id"] for row in client.get(BUILDS, query, headers=headers).json()["results"]]

    assert found() == [third.public_id, second.public_id, first.public_id]
    assert found(state="failed") == [first.public_id]
    assert found(session=session.key, state__in="queued,running") == [second.public_id]
    assert found(replay=other.public_id) == found(progress__gte=1) == [third.public_id]
    assert found(error__isnull="false") == found(search="timing") == [first.public_id]


def test_queries_do_not_grow_with_the_rows(client, session, django_assert_num_queries):
    headers = with_token()
    enqueue(session)
    with CaptureQueriesContext(connection) as few:
        client.get(BUILDS, headers=headers)
    for number in range(1, 5):
        enqueue(stored_replay(synthetic_session(event=circle_event(number), car_count=1)).session)
    with django_assert_num_queries(len(few)):
        assert client.get(BUILDS, headers=headers).json()["count"] == 5
    assert len(few) == 3  # the token, the count, the rows
