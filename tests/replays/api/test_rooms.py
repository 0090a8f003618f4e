"""Rooms over HTTP, as one process and as several keep them."""

import secrets

import pytest

from replays.playing import local_registry
from replays.playing.local_registry import LocalRegistry
from tests.replays.synthetic import stored_replay

ROOMS = "/api/v1/rooms/"


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)], autouse=True)
def registry(request, settings, monkeypatch):
    settings.REDIS_URL = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    settings.ROOMS_PREFIX = f"test-{secrets.token_hex(6)}:"
    monkeypatch.setattr(local_registry, "LOCAL", LocalRegistry())


@pytest.fixture
def replay(db, replay_storage):
    return stored_replay()


def make(client, **body):
    return client.post(ROOMS, body, content_type="application/json")


def test_a_room_has_an_address_to_share_and_waits_for_its_first_viewer(client, replay):
    response = make(client, replay=replay.public_id)
    assert response.status_code == 201
    room = response.json()
    assert room["url"] == f"/rooms/{room['id']}/"
    assert room["websocket"] == f"/ws/v1/rooms/{room['id']}/"
    assert response["Location"] == f"{ROOMS}{room['id']}/"
    assert response["Cache-Control"] == "no-store"

    found = client.get(response["Location"])
    assert found.status_code == 200
    assert found.json() == room
    assert (room["replay"], room["viewers"], room["control"]) == (replay.public_id, 0, "host")
    assert (room["status"], room["speed"]) == ("playing", 1.0)
    assert client.get(f"/api/rooms/{room['id']}").json() == room


def test_it_begins_where_it_was_asked_to(client, replay):
    room = make(client, replay=replay.public_id, t=110, speed=4, paused=True).json()
    assert (room["t"], room["speed"], room["status"]) == (110.0, 4.0, "paused")


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "replay"),
        ({"replay": "unknown"}, "replay"),
        ({"replay": 7}, "replay"),
        ({"replay": "a\0b"}, "replay"),
        ({"t": "5"}, "t"),
        ({"t": -1}, "t"),
        ({"speed": 1000}, "speed"),
        ({"speed": True}, "speed"),
        ({"paused": "yes"}, "paused"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(client, replay, body, parameter):
    response = make(client, **({"replay": replay.public_id} if parameter != "replay" else {}), **body)
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_a_replay_of_a_hidden_session_has_no_rooms(client, replay):
    room = make(client, replay=replay.public_id).json()
    replay.session.published = False
    replay.session.save()

    assert make(client, replay=replay.public_id).status_code == 400
    assert client.get(f"{ROOMS}{room['id']}/").status_code == 404


def test_one_room_too_many_is_refused(client, replay, settings):
    settings.MAX_CONCURRENT_REPLAYS = 2
    assert [make(client, replay=replay.public_id).status_code for _ in range(3)] == [201, 201, 503]


def test_there_is_no_list_and_no_room_that_nobody_made(client, db):
    assert client.get(ROOMS).status_code == 405
    response = client.get(f"{ROOMS}nothing/")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert client.get(f"{ROOMS}nothing/?full=1").status_code == 400


@pytest.mark.parametrize("registry", ["memory"], indirect=True)
def test_while_redis_is_away_it_says_so(client, replay, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert make(client, replay=replay.public_id).status_code == 503
    assert client.get(f"{ROOMS}some/").status_code == 503
