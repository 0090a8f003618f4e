"""The timing tower at a moment: what a socket's frame says of it, in order."""

from dataclasses import replace

import numpy as np
import pytest

from replays import storage
from replays.api.order import tower
from replays.columns import null_of
from replays.models import Replay
from replays.playing.encoding import values
from tests.replays.synthetic import stored_replay, synthetic_session

SESSION = "/api/v1/sessions/2025-circle-grand-prix-race/"
ORDER = f"{SESSION}order/"
FIELDS = ["position", "code", "driver_number", "gap", "interval", "lap", "tyre", "tyre_age", "status"]


def test_the_cars_come_in_order_with_what_the_tower_shows(client, replay):
    answer = client.get(ORDER, {"t": "120.5"}).json()
    assert (answer["t"], answer["lap"]) == (120.5, 2)
    assert [list(car) for car in answer["cars"]] == [FIELDS] * 3
    assert [(car["position"], car["code"], car["driver_number"]) for car in answer["cars"]] == [
        (1, "C01", "1"),
        (2, "C02", "2"),
        (3, "C03", "3"),
    ]
    first, second, third = answer["cars"]
    assert (first["gap"], first["interval"], first["lap"]) == (0.0, None, 2)
    assert second["gap"] == second["interval"]
    assert 0 < third["interval"] < third["gap"]
    assert (first["tyre"], first["tyre_age"], first["status"]) == ("MEDIUM", 2, "on_track")


@pytest.mark.parametrize("t_ms", [90_000, 95_000, 95_001, 112_345, 130_000, 149_999, 150_000])
def test_the_values_are_those_of_the_frame(client, replay, t_ms):
    frame = storage.open_timeline(replay.public_id).sample(t_ms)
    columns = ("position", "gap", "interval", "lap", "tyre", "tyre_age", "status")
    expected = {
        str(car + 1): dict(zip(columns, row, strict=True))
        for car, row in enumerate(values(frame[np.newaxis], columns)[0])
    }
    cars = client.get(ORDER, {"t": t_ms / 1000}).json()["cars"]
    assert {car["driver_number"]: {name: car[name] for name in columns} for car in cars} == expected


def test_cars_without_a_position_come_last(replay):
    timeline = storage.open_timeline(replay.public_id)
    frames = np.stack([timeline.sample(120_000)])
    frames["position"][0, 0] = null_of(frames.dtype["position"])
    cars = tower(timeline.manifest, frames)
    assert [(car["position"], car["code"]) for car in cars] == [(2, "C02"), (3, "C03"), (None, "C01")]


def test_what_a_replay_has_not_is_null(client, db, replay_storage):
    data = synthetic_session()
    stored_replay(replace(data, laps=(), entries=tuple(replace(entry, position=None) for entry in data.entries)))
    answer = client.get(ORDER, {"t": "120"}).json()
    assert answer["lap"] is None
    assert [(car["position"], car["gap"], car["tyre"]) for car in answer["cars"]] == [(None, None, None)] * 3


def test_as_csv(client, replay, lines):
    rows = lines(client.get(ORDER, {"t": "120.5", "format": "csv"}))
    assert list(rows[0]) == ["t", "leader_lap", *FIELDS]
    assert [row["code"] for row in rows] == ["C01", "C02", "C03"]
    assert (rows[0]["t"], rows[0]["leader_lap"], rows[0]["interval"]) == ("120.5", "2", "")


@pytest.mark.parametrize("address", [f"{SESSION}order", "/api/sessions/2025-circle-grand-prix-race/order/"])
def test_slash_and_version_are_as_one_likes(client, replay, address):
    assert client.get(address, {"t": "120"}).json() == client.get(ORDER, {"t": "120"}).json()


def test_a_session_may_be_called_by_its_id_or_latest(client, replay):
    for name in (replay.session.public_id, "latest"):
        assert client.get(f"/api/v1/sessions/{name}/order/", {"t": "120"}).status_code == 200


RANGE = "seconds of session time from 90.0 to 150.0: there the replay begins and ends"


def test_the_moment_is_required(replay, refusals):
    assert refusals(ORDER) == {"t": f"is required: {RANGE}"}


@pytest.mark.parametrize("t", ["89.999", "150.001", "-1", "nan", "inf", "1e400", "", "noon", "1:30"])
def test_a_moment_outside_of_the_replay_is_refused_with_its_range(replay, refusals, t):
    assert refusals(ORDER, t=t) == {"t": f"must be {RANGE}"}


def test_all_that_is_wrong_is_named_at_once(replay, refusals):
    assert refusals(ORDER, t="1", format="xml") == {"t": f"must be {RANGE}", "format": "must be json or csv"}
    assert refusals(ORDER, t="120", lap="3").keys() == {"lap"}


def test_a_session_without_a_replay_says_so(client, replay):
    Replay.objects.all().delete()
    response = client.get(ORDER, {"t": "120"})
    assert response.status_code == 404
    assert "has no replay" in response.json()["detail"]


def test_an_unknown_session_is_a_404(client, db):
    assert client.get("/api/v1/sessions/nonsense/order/", {"t": "120"}).status_code == 404


def test_a_damaged_replay_is_a_503(client, replay, replay_storage):
    (replay_storage / replay.public_id / "chunks" / "0012.bin").unlink()
    assert client.get(ORDER, {"t": "120"}).status_code == 503


def test_another_replay_gives_another_answer(client, replay):
    before = client.get(ORDER, {"t": "120"})
    assert client.get(ORDER, {"t": "120"}, headers={"If-None-Match": before["ETag"]}).status_code == 304

    replay.state = "superseded"
    replay.save()
    stored_replay(synthetic_session(car_count=2))
    after = client.get(ORDER, {"t": "120"}, headers={"If-None-Match": before["ETag"]})
    assert len(after.json()["cars"]) == 2


def test_queries_are_few(client, replay, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        assert client.get(ORDER, {"t": "120"}).status_code == 200
