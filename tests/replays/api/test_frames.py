"""Sampled frames: the numbers of the socket, at a steady rate, in one answer."""

import json
import re

import numpy as np
import orjson
import pytest

from core.middleware.request_log import BodyBrokenOff
from replays import storage
from replays.columns import BY_NAME, COLUMNS
from replays.models import ReplayState
from replays.playing.encoding import FrameBatch, Variant, frames_json

ALL = [column.name for column in COLUMNS]


@pytest.fixture
def address(replay):
    return f"/api/v1/replays/{replay.public_id}/frames/"


@pytest.fixture
def frames(client, address):
    def frames(**query):
        response = client.get(address, query)
        assert (response.status_code, response["Content-Type"]) == (200, "application/json")
        return json.loads(b"".join(response))

    return frames


def on_the_socket(replay, t_ms: list[int], variant: Variant) -> bytes:
    """The frames of a `frames` message with those moments, as the hub encodes what the conductor has sampled."""
    timeline = storage.open_timeline(replay.public_id)
    windows = [timeline.window_at(t) for t in t_ms]
    sampled = [window.sample(t) for window, t in zip(windows, t_ms, strict=True)]
    laps = [window.leader_lap(frame) for window, frame in zip(windows, sampled, strict=True)]
    batch = FrameBatch(
        1, 0, 0.0, variant.fps, tuple(t_ms), tuple(-1 if lap is None else lap for lap in laps), np.stack(sampled)
    )
    return orjson.dumps(orjson.loads(frames_json(batch, list(range(len(t_ms))), variant))["frames"])


def test_the_numbers_are_those_of_the_socket_bit_for_bit(client, replay, address):
    variant = Variant(30, 6, tuple(ALL), (0, 1, 2))
    t_ms = [round(93_000 + index * 1000 / 30) for index in range(30 * 50 + 1)]

    body = b"".join(client.get(address, {"from": "93", "to": "143", "fps": "30"}))

    assert body.partition(b'"frames":')[2] == on_the_socket(replay, t_ms, variant) + b"}"


def test_a_choice_of_cars_and_columns_is_the_sockets_too(client, replay, address):
    variant = Variant(7, 1, ("status", "x", "gap"), (2, 0))
    t_ms = [round(100_123 + index * 1000 / 7) for index in range(7 * 20 + 1)]

    body = b"".join(
        client.get(address, {"from": "100.123", "to": "120.123", "fps": "7", "cars": "3,1", "columns": "status,x,gap"})
    )

    assert body.partition(b'"frames":')[2] == on_the_socket(replay, t_ms, variant) + b"}"


def test_without_parameters_it_is_the_whole_replay_once_a_second(frames, replay):
    answer = frames()
    assert {name: answer[name] for name in ("replay", "from", "to", "fps", "count")} == {
        "replay": replay.public_id,
        "from": 90.0,
        "to": 150.0,
        "fps": 1,
        "count": 61,
    }
    assert [frame["t"] for frame in answer["frames"]] == [90.0 + second for second in range(61)]
    assert answer["columns"] == [BY_NAME[name].described() for name in ALL]
    assert [car["number"] for car in answer["cars"]] == ["1", "2", "3"]
    assert answer["cars"][0]["code"] == "C01"
    assert {frame["lap"] for frame in answer["frames"]} == {None, 1, 2, 3}


def test_one_moment_is_one_frame(frames):
    answer = frames(**{"from": "120", "to": "120", "fps": "60"})
    assert (answer["count"], [frame["t"] for frame in answer["frames"]]) == (1, [120.0])


def test_the_end_belongs_to_it_where_a_frame_falls_on_it(frames):
    assert [f["t"] for f in frames(**{"from": "120", "to": "120.5", "fps": "2"})["frames"]] == [120.0, 120.5]
    assert [f["t"] for f in frames(**{"from": "120", "to": "120.499", "fps": "2"})["frames"]] == [120.0]


def test_csv_has_a_row_for_each_frame_and_car(client, address, frames, lines):
    rows = lines(client.get(address, {"from": "100", "to": "101", "fps": "2", "cars": "2,1", "format": "csv"}))
    assert list(rows[0]) == ["t", "leader_lap", "driver_number", *ALL]
    assert [(row["t"], row["driver_number"]) for row in rows] == [
        ("100.0", "2"), ("100.0", "1"), ("100.5", "2"), ("100.5", "1"), ("101.0", "2"), ("101.0", "1"),
    ]  # fmt: skip
    values = [
        row
        for frame in frames(**{"from": "100", "to": "101", "fps": "2", "cars": "2,1"})["frames"]
        for row in frame["cars"]
    ]
    assert [[row[name] for name in ALL] for row in rows] == [
        ["" if value is None else str(value) for value in car] for car in values
    ]


def test_as_many_as_a_call_gives_are_there(frames, client, address):
    """The replay is a minute long: 60 a second are 3,601."""
    answer = frames(fps="60", columns="speed", cars="1")
    assert answer["count"] == len(answer["frames"]) == 3601
    assert answer["frames"][-1]["t"] == 150.0


def test_more_than_a_call_gives_is_refused_with_what_to_ask_for(refusals, address, monkeypatch):
    monkeypatch.setattr("replays.api.frames_query.MAX_FRAMES", 100)
    assert refusals(address, fps="10", **{"from": "95"}) == {
        "to": "551 frames, and a call gives at most 100: ask for those to 104.999 first, or for fewer a second"
    }


def test_exactly_what_it_says_to_ask_for_is_given(client, address, monkeypatch):
    monkeypatch.setattr("replays.api.frames_query.MAX_FRAMES", 100)
    for fps in range(2, 61):
        query = {"from": "95", "fps": fps, "cars": "1"}
        refusal = client.get(address, query).json()["errors"][0]["detail"]
        last_s = float(re.search(r"those to ([0-9.]+) first", refusal)[1])
        assert json.loads(b"".join(client.get(address, {**query, "to": last_s})))["count"] == 100
        assert client.get(address, {**query, "to": round(last_s + 0.001, 3)}).status_code == 400


RANGE = "must be seconds of session time from 90.0 to 150.0: there the replay begins and ends"
COLUMNS_ALLOWED = ", ".join(ALL)


@pytest.mark.parametrize(
    ("parameter", "value", "detail"),
    [
        ("from", "89.9", RANGE),
        ("from", "nan", RANGE),
        ("to", "1e999", RANGE),
        ("to", "", RANGE),
        ("fps", "0", "must be a whole number from 1 to 60"),
        ("fps", "61", "must be a whole number from 1 to 60"),
        ("fps", "1.5", "must be a whole number from 1 to 60"),
        ("cars", "44", "this replay has no 44; allowed are 1, 2, 3"),
        ("cars", ",", "names nothing; allowed are 1, 2, 3"),
        ("columns", "x,height", f"this replay has no height; allowed are {COLUMNS_ALLOWED}"),
        ("format", "parquet", "must be json or csv"),
        ("batch", "1", "unknown; allowed are cars, columns, format, fps, from, to"),
    ],
)
def test_what_makes_no_sense_is_named(refusals, address, parameter, value, detail):
    assert refusals(address, **{parameter: value}) == {parameter: detail}


def test_all_that_is_wrong_is_named_at_once(refusals, address):
    wrong = {"from": "1", "to": "2", "fps": "x", "cars": "9", "columns": "z", "format": "q"}
    assert refusals(address, **wrong).keys() == wrong.keys()


def test_the_end_is_not_before_the_beginning(refusals, address):
    assert refusals(address, **{"from": "120", "to": "119.999"}) == {"to": "is before from, which is 120.0"}


def test_who_has_them_already_gets_304_without_a_file_of_samples_being_read(client, replay, address, replay_storage):
    first = client.get(address, {"cars": "1"})
    for chunk in (replay_storage / replay.public_id / "chunks").iterdir():
        chunk.unlink()
    again = client.get(address, {"cars": "1"}, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, b"".join(again)) == (304, b"")
    assert (again["ETag"], again["Cache-Control"]) == (first["ETag"], first["Cache-Control"])
    assert client.get(address, {"cars": "1"}).status_code == 503


def test_other_frames_have_another_etag(client, address):
    questions = [{}, {"fps": "2"}, {"from": "91"}, {"to": "140"}, {"cars": "1"}, {"columns": "x"}, {"format": "csv"}]
    assert len({client.get(address, question)["ETag"] for question in questions}) == len(questions)


def test_what_was_replaced_still_gives_frames(client, replay, address):
    replay.state = ReplayState.SUPERSEDED
    replay.save()
    assert client.get(address).status_code == 200


def test_an_unknown_replay_has_none(client, db):
    assert client.get("/api/v1/replays/0000/frames/").status_code == 404


def test_head_makes_no_frames(client, replay, address, replay_storage):
    etag = client.get(address)["ETag"]
    for chunk in (replay_storage / replay.public_id / "chunks").iterdir():
        chunk.unlink()
    response = client.head(address)
    assert (response.status_code, b"".join(response), response["ETag"]) == (200, b"", etag)


async def test_frames_come_in_parts(transactional_db, async_client, replay, address):
    response = await async_client.get(address, {"fps": "60"})
    parts = [part async for part in response.streaming_content]
    assert len(parts) > 10
    assert max(map(len, parts)) < sum(map(len, parts)) / 10
    assert len(json.loads(b"".join(parts))["frames"]) == 3601


@pytest.mark.parametrize("form", ["json", "csv"])
def test_an_answer_that_cannot_be_finished_breaks_off(client, replay, address, replay_storage, form, caplog):
    (replay_storage / replay.public_id / "chunks" / "0014.bin").unlink()
    response = client.get(address, {"fps": "10", "format": form})
    assert response.status_code == 200
    with pytest.raises(BodyBrokenOff):
        b"".join(response)
    assert "0014.bin" in caplog.text


def test_queries_are_one(client, address, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(address)
