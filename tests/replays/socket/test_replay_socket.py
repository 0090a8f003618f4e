"""The protocol of a replay's socket, on each channel layer."""

import asyncio
import threading
from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async

from replays import storage
from replays.playing.room import Room
from replays.playing.subscription import LayerAway
from replays.socket.consumer import BAD_CLIENT, FULL, NOT_FOUND, RATE_LIMITED, TOO_BIG
from replays.storage import open_timeline
from seasons.records import SessionRecord
from tests.replays.synthetic import stored_replay, synthetic_session


@pytest.fixture
def path(replay, layer) -> str:
    return f"/ws/v1/replays/{replay.public_id}/"


async def test_hello_comes_first_then_the_snapshot_then_frames_from_before_lights_out(
    path, connect, replay, subprotocol
):
    client = await connect(path, subprotocols=[subprotocol])

    hello = await client.receive()
    snapshot = await client.receive()
    frames = await client.until("frames")

    assert client.subprotocol == subprotocol
    assert hello["type"] == "hello"
    assert hello["replay"]["id"] == replay.public_id
    assert hello["replay"]["t_end"] == replay.t_end_ms / 1000
    assert len(hello["cars"]) == replay.car_count
    assert hello["state"]["status"] == "playing"
    assert (snapshot["type"], snapshot["generation"]) == ("snapshot", hello["state"]["generation"])
    assert frames["seq"] == 0
    assert frames["frames"][0]["t"] == hello["state"]["t"]
    assert len(frames["frames"]) == hello["batch"] == 6
    assert all(len(row) == len(hello["columns"]) for row in frames["frames"][0]["cars"])


async def test_a_day_of_testing_plays_in_the_order_of_best_laps(layer, connect, transactional_db, replay_storage):
    race = synthetic_session()
    test = replace(
        race.session.event, name="Pre-Season Testing", official_name="TESTING", round_number=None, is_testing=True
    )
    last_is_best = tuple(
        replace(lap, lap_time_ms=lap.lap_time_ms - 15_000) if lap.number == "3" else lap for lap in race.laps
    )
    day = SessionRecord(test, "practice-2", "Practice 2", race.session.start, 0)
    stored = await sync_to_async(stored_replay)(replace(race, session=day, laps=last_is_best, total_laps=None))

    client = await connect(f"/ws/v1/replays/{stored.public_id}/?columns=x,position,gap&t=145")
    hello = await client.receive()
    frames = await client.until("frames")

    assert hello["replay"]["session"] == "2025-pre-season-testing-practice-2"
    assert (hello["replay"]["event"], hello["replay"]["lights_out"]) == ("Pre-Season Testing", None)
    rows = frames["frames"][0]["cars"]
    by_place = [car["number"] for _, car in sorted((row[1], car) for row, car in zip(rows, hello["cars"], strict=True))]
    assert by_place == ["3", "1", "2"]
    assert all(row[0] is not None for row in rows)


async def test_frames_are_those_of_sample_and_follow_each_other_without_holes(path, connect, replay, subprotocol):
    timeline = open_timeline(replay.public_id)
    client = await connect(f"{path}?columns=x,gear,status&t=110", subprotocols=[subprotocol])

    frames = []
    while len(frames) < 18:
        message = await client.until("frames")
        assert message["seq"] == len(frames)
        frames += message["frames"]

    for index, frame in enumerate(frames):
        t_ms = round(frame["t"] * 1000)
        assert t_ms == pytest.approx(frames[0]["t"] * 1000 + index * 1000 / 30, abs=1)
        sampled = timeline.sample(t_ms)
        assert [row[0] for row in frame["cars"]] == [x / 100 for x in sampled["x"].tolist()]
        assert [row[1] for row in frame["cars"]] == sampled["gear"].tolist()


async def test_a_seek_answers_its_asker_then_snapshot_then_the_frame_at_that_moment(path, connect):
    client = await connect(path)
    await client.until("frames")

    await client.say("seek", t=120.5, request_id="7")
    state = await client.until("state")
    snapshot = await client.receive()
    frames = await client.until("frames")

    assert (state["t"], state["status"], state["request_id"]) == (120.5, "playing", "7")
    assert (snapshot["type"], snapshot["t"]) == ("snapshot", 120.5)
    assert frames["generation"] == state["generation"]
    assert frames["frames"][0]["t"] == 120.5


async def test_a_seek_while_paused_sends_one_frame_exactly_there_and_then_nothing(path, connect, subprotocol):
    client = await connect(f"{path}?paused=1&t=100", subprotocols=[subprotocol])
    first = await client.until("frames")

    await client.say("seek", t=110.123)
    state = await client.until("state")
    frames = await client.frames_of(state["generation"])
    await client.say("ping", sent=1)
    pong = await client.until("pong")

    assert [frame["t"] for frame in first["frames"]] == [100.0]
    assert state["status"] == "paused"
    assert [frame["t"] for frame in frames["frames"]] == [110.123]
    assert pong["sent"] == 1
    assert client.seen[-2] is frames


async def test_pause_play_and_speed_each_begin_a_generation(path, connect):
    client = await connect(f"{path}?t=100")
    generation = (await client.until("hello"))["state"]["generation"]

    await client.say("pause")
    paused = await client.until("state")
    await client.say("speed", speed=4)
    faster = await client.until("state")
    await client.say("play")
    playing = await client.until("state")
    frames = await client.frames_of(playing["generation"])

    assert [paused["generation"], faster["generation"], playing["generation"]] == [
        generation + 1,
        generation + 2,
        generation + 3,
    ]
    assert (paused["status"], faster["status"], playing["status"]) == ("paused", "paused", "playing")
    assert playing["speed"] == 4.0
    assert paused["t"] == faster["t"] == playing["t"]
    steps = [b["t"] - a["t"] for a, b in zip(frames["frames"], frames["frames"][1:], strict=False)]
    assert steps == pytest.approx([4 / 30] * len(steps), abs=0.0015)


async def test_the_last_frame_is_at_the_end_and_comes_before_the_end(path, connect, replay, subprotocol):
    end = replay.t_end_ms / 1000
    client = await connect(f"{path}?t={end - 0.3}", subprotocols=[subprotocol])

    ended = await client.until("state", status="ended")

    last = [message for message in client.seen if message["type"] == "frames"][-1]
    assert last["frames"][-1]["t"] == ended["t"] == end
    assert last["generation"] == ended["generation"] - 1


async def test_both_subprotocols_say_the_same_of_a_moment(path, connect):
    paused = f"{path}?paused=1&t=121.217"
    as_json = await connect(paused, subprotocols=["f1replay.v1.json"])
    as_binary = await connect(paused, subprotocols=["f1replay.v1.bin"])

    plain, binary = await as_json.until("frames"), await as_binary.until("frames")

    assert binary == plain
    assert as_json.binary_messages == 0
    assert as_binary.binary_messages == 1


async def test_a_binary_viewer_may_ask_for_columns_that_hello_did_not_list(path, connect, replay):
    client = await connect(f"{path}?paused=1&t=110&columns=x", subprotocols=["f1replay.v1.bin"])
    hello = await client.until("hello")

    await client.say("configure", columns=["status", "x"], request_id="c")
    await client.until("state", request_id="c")
    await client.say("seek", t=111)
    state = await client.until("state", t=111.0)
    frames = await client.frames_of(state["generation"])

    assert [column["name"] for column in hello["columns"]] == ["x"]
    sampled = open_timeline(replay.public_id).sample(111_000)
    assert frames["frames"][0]["cars"] == [["on_track", x / 100] for x in sampled["x"].tolist()]


async def test_a_seek_to_a_lap_goes_to_where_the_first_car_began_it(path, connect):
    client = await connect(f"{path}?paused=1")
    await client.until("frames")

    await client.say("seek", lap=2)
    state = await client.until("state")
    await client.say("seek", lap=900, request_id="x")
    error = await client.until("error")

    laps = open_timeline_events(client)
    assert state["t"] == laps
    assert (error["code"], error["request_id"]) == ("bad_value", "x")


def open_timeline_events(client) -> float:
    from replays.storage import open_manifest, read_events

    replay_id = client.seen[0]["replay"]["id"]
    events = read_events(replay_id, open_manifest(replay_id))
    return min(event["t_ms"] for event in events if event["kind"] == "lap" and event["lap"] == 1) / 1000


async def test_configure_changes_what_is_sent_and_is_answered_by_the_state(path, connect, subprotocol):
    client = await connect(path, subprotocols=[subprotocol])
    hello = await client.until("hello")

    await client.say("configure", fps=10, batch=1, columns=["speed"], cars=[hello["cars"][1]["number"]], request_id="c")
    state = await client.until("state", request_id="c")
    frames = await client.until("frames")
    while len(frames["frames"][0]["cars"]) > 1:  # what was on its way already
        frames = await client.until("frames")

    assert state["generation"] == hello["state"]["generation"]
    assert len(frames["frames"]) == 1
    assert len(frames["frames"][0]["cars"][0]) == 1


async def test_with_no_frames_a_second_states_and_events_still_come(path, connect):
    client = await connect(f"{path}?fps=0&t=0&speed=64")

    await client.until("event")
    await client.until("state", status="ended")

    assert not [message for message in client.seen if message["type"] == "frames"]


async def test_events_arrive_once_each_as_their_time_comes(path, connect):
    client = await connect(f"{path}?t=0&speed=64&fps=1")
    await client.until("state", status="ended")

    events = [message for message in client.seen if message["type"] == "event"]
    stamps = [event["t"] for event in events]

    assert stamps == sorted(stamps)
    assert len({str(event) for event in events}) == len(events)
    assert {"lap", "finished"} <= {event["kind"] for event in events}


@pytest.mark.parametrize(
    "said", ["nonsense", "[]", '{"type": "fly"}', '{"type": "speed", "speed": 1e9}', '{"type": "seek", "t": NaN}']
)
async def test_a_wrong_message_is_an_error_and_the_socket_lives(path, connect, said):
    client = await connect(path)

    await client.communicator.send_to(text_data=said)
    error = await client.until("error")
    await client.say("ping", sent=2)

    assert error["detail"]
    assert (await client.until("pong"))["sent"] == 2


async def test_binary_is_not_spoken_here(path, connect):
    client = await connect(path)

    await client.communicator.send_to(bytes_data=b"\0\1")

    assert (await client.until("error"))["code"] == "bad_message"


async def closing_code(client) -> int:
    async with asyncio.timeout(10):
        while (message := await client.receive())["type"] != "close":
            pass
    return message["code"]


async def test_too_many_messages_a_second_close_the_socket(path, connect):
    client = await connect(f"{path}?paused=1")
    for _ in range(40):
        await client.say("ping", sent=0)

    assert await closing_code(client) == RATE_LIMITED


async def test_too_many_bad_messages_close_the_socket(path, connect, monkeypatch):
    monkeypatch.setattr("replays.socket.consumer.MESSAGES_PER_SECOND", 1_000)
    client = await connect(f"{path}?paused=1")
    for _ in range(21):
        await client.communicator.send_to(text_data="x")

    assert await closing_code(client) == BAD_CLIENT
    assert client.seen[-1]["code"] == "bad_client"


async def test_a_message_that_is_too_long_closes_the_socket(path, connect):
    client = await connect(path)
    await client.communicator.send_to(text_data="x" * 70_000)

    assert await closing_code(client) == TOO_BIG


@pytest.mark.parametrize("replay_id", ["unknown", "%00", "a" * 500, "..%2F..", ""])
async def test_an_unknown_replay_is_told_and_closed(layer, transactional_db, connect, replay_id):
    client = await connect(f"/ws/v1/replays/{replay_id}/")

    assert (await client.receive())["code"] == "not_found"
    assert (await client.receive()) == {"type": "close", "code": NOT_FOUND}


async def test_a_replay_of_a_hidden_session_is_refused_like_an_unknown_one(path, replay, connect):
    replay.session.published = False
    await sync_to_async(replay.session.save)()
    client = await connect(path)

    assert (await client.receive())["code"] == "not_found"
    assert (await client.receive()) == {"type": "close", "code": NOT_FOUND}


async def test_a_wrong_query_is_told_and_closed(path, connect):
    client = await connect(f"{path}?fps=many")

    assert "fps" in (await client.receive())["detail"]
    assert (await client.receive()) == {"type": "close", "code": BAD_CLIENT}


async def test_one_room_too_many_is_refused_clearly(path, connect, settings):
    settings.MAX_CONCURRENT_REPLAYS = 1
    first = await connect(path)
    await first.until("frames")

    second = await connect(path)
    assert (await second.receive())["code"] == "full"
    assert (await second.receive()) == {"type": "close", "code": FULL}

    await first.communicator.disconnect()
    third = await connect(path)
    assert (await third.receive())["type"] == "hello"


async def test_a_room_that_cannot_be_heard_is_refused_clearly_and_given_back(path, connect, monkeypatch):
    async def unheard(_room: Room) -> None:
        raise LayerAway("no subscription")

    monkeypatch.setattr(Room, "open", unheard)
    client = await connect(path)

    assert (await client.receive())["code"] == "unavailable"
    assert (await client.receive()) == {"type": "close", "code": FULL}


async def test_one_connection_too_many_from_an_address_is_refused(path, connect, settings):
    settings.WS_CONNECTIONS_PER_IP = 1
    await connect(path)

    second = await connect(path)

    assert (await second.receive())["code"] == "rate_limited"
    assert (await second.receive()) == {"type": "close", "code": RATE_LIMITED}


async def test_a_strange_page_host_or_subprotocol_is_refused_at_the_handshake(path, connect):
    for refused in ({"origin": "http://evil.example"}, {"host": "evil.example"}):
        with pytest.raises(ConnectionRefusedError):
            await connect(path, **refused)
    with pytest.raises(ConnectionRefusedError):
        await connect(path, subprotocols=["f1replay.v9"])


async def test_a_damaged_chunk_stops_the_clock_and_the_rest_can_still_be_watched(path, connect, replay, replay_storage):
    chunk = sorted((replay_storage / replay.public_id / "chunks").iterdir())[3]
    chunk.write_bytes(b"garbage")
    client = await connect(f"{path}?t=0")
    await client.until("frames")

    await client.say("seek", t=125)
    error = await client.until("error")

    assert error["code"] == "unreadable_replay"
    assert str(replay_storage) not in error["detail"]
    assert (await client.until("state"))["status"] == "paused"
    await client.say("seek", t=95)
    state = await client.until("state", t=95.0)
    assert (await client.frames_of(state["generation"]))["frames"][0]["t"] == 95.0


async def test_files_are_never_read_in_the_loop(path, connect, monkeypatch):
    readers = []
    read = storage.read_file

    def noted(replay_id: str, name: str) -> bytes:
        readers.append(threading.current_thread())
        return read(replay_id, name)

    monkeypatch.setattr(storage, "read_file", noted)
    client = await connect(f"{path}?speed=64")
    await client.until("state", status="ended")

    assert len(readers) > 5
    assert threading.current_thread() not in readers


async def test_viewers_of_the_old_replay_finish_on_it_while_a_new_one_is_ready(path, connect, replay):
    from channels.db import database_sync_to_async

    client = await connect(path)
    await client.until("frames")

    await database_sync_to_async(type(replay).objects.update)(state="superseded")
    await client.say("seek", t=110)
    state = await client.until("state")

    assert (await client.frames_of(state["generation"]))["frames"][0]["t"] == 110.0
