"""What a curator hides is not there, whatever asks for it."""

import pytest

from replays.models import Build
from replays.queue import enqueue
from tests.replays.synthetic import circle_event, stored_replay, synthetic_session

BELOW = ["", "manifest/", "track/", "events/", "quality/", "chunks/9/", "frames/"]


@pytest.fixture
def hidden(client, replay):
    """The replay of a session that everybody asked for before it was hidden; another one stays."""
    stored_replay(synthetic_session(event=circle_event(1)))
    for path in BELOW:
        assert client.get(f"/api/v1/replays/{replay.public_id}/{path}").status_code == 200
    assert client.get(f"/api/v1/sessions/{replay.session.key}/order/", {"t": "120"}).status_code == 200
    assert client.get("/api/v1/replays/").json()["count"] == 2
    replay.session.published = False
    replay.session.save()
    return replay


@pytest.mark.parametrize("path", BELOW)
def test_its_replay_answers_at_no_address(client, hidden, path):
    response = client.get(f"/api/v1/replays/{hidden.public_id}/{path}")
    assert response.status_code == 404
    assert response.json()["detail"] == f"There is no replay {hidden.public_id}."


@pytest.mark.parametrize("state", ["", "?state=ready", "?state__in=ready,superseded"])
def test_its_replay_is_in_no_list(client, hidden, state):
    answer = client.get(f"/api/v1/replays/{state}").json()
    assert answer["count"] == len(answer["results"]) == 1
    assert answer["results"][0]["id"] != hidden.public_id


def test_its_tower_is_a_404(client, hidden):
    for name in (hidden.session.key, hidden.session.public_id):
        assert client.get(f"/api/v1/sessions/{name}/order/", {"t": "120"}).status_code == 404


def test_filters_do_not_know_it(hidden, refusals):
    assert "there is no replay" in refusals("/api/v1/sessions/", replay=hidden.public_id)["replay"]
    assert "there is no session" in refusals("/api/v1/replays/", session=hidden.session.key)["session"]


def test_staff_does_not_see_its_builds_here_either(admin_client, hidden):
    build, _ = enqueue(hidden.session)
    assert admin_client.get("/api/v1/builds/").json()["count"] == 0
    assert admin_client.get(f"/api/v1/builds/{build.public_id}/").status_code == 404
    answer = admin_client.post("/api/v1/builds/", {"session": hidden.session.key}, content_type="application/json")
    assert answer.status_code == 400
    assert Build.objects.count() == 1


def test_it_is_back_as_soon_as_it_is_published_again(client, hidden):
    address = f"/api/v1/replays/{hidden.public_id}/"
    assert client.get(address).status_code == 404
    hidden.session.published = True
    hidden.session.save()
    assert client.get(address).status_code == 200
