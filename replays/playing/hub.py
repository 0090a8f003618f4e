"""A room's hub in this process: what the subscription hears of the room, fanned out to the viewers here.

Frames are encoded once for each variant somebody asked for.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import orjson

from replays.clock import BUFFERING, PLAYING
from replays.playing import layer_messages
from replays.playing.binary_frames import binary_frames
from replays.playing.clock_records import position_ms, state_of
from replays.playing.encoding import FrameBatch, Variant, chosen, frames_json_each
from replays.playing.outbox import Message, binary_message, text_message
from replays.playing.registry import People, RoomRecord
from replays.playing.server_time import server_time_s
from replays.playing.snapshot import EventLog, seconds
from replays.playing.viewer import Viewer

ANSWER_S = 3.0
"""A command that nobody has answered by then met no conductor."""
ASKS_EVERY_S = 0.25
"""How often the conductor is asked at most for a state whose frames came without it."""
COUNTS_EVERY_S = 0.5
"""How often viewers are told at most that others came and went."""


class Hub:
    """`state` is the last that was heard, `conductor` the channel that commands go to, `heard_until_ms` the media time
    of the last frame of that state's generation. `told_until_ms`: until then viewers here know of all events; None:
    from the state on. `misses_state`: frames came whose state did not. `end` it when nobody is here any more."""

    def __init__(self, room_id: str, columns: tuple[str, ...], events: EventLog, on_vacant: Callable[[], None]) -> None:
        self.room_id = room_id
        self.viewers: dict[str, Viewer] = {}
        self.state: dict[str, Any] | None = None
        self.state_known = asyncio.Event()
        self.misses_state = False
        self._asked_s = -ASKS_EVERY_S
        self.people = People()
        self.conductor = ""
        self.epoch = 0
        self.heard_until_ms: float | None = None
        self._heard_frames = 0
        self._latest: FrameBatch | None = None
        self.told_until_ms: float | None = None
        self._columns = columns
        self._events = events
        self._on_vacant = on_vacant
        self._due: set[asyncio.TimerHandle] = set()
        self._counting: asyncio.TimerHandle | None = None
        self._unanswered: deque[tuple[float, Viewer, str | None]] = deque()

    def end(self) -> None:
        self._forget_waiting()
        if self._counting is not None:
            self._counting.cancel()

    @property
    def is_buffering(self) -> bool:
        return self.state is not None and self.state["status"] == BUFFERING

    def heed_record(self, record: RoomRecord) -> None:
        """What the registry knows of the clock, unless more was heard already."""
        if record.epoch < self.epoch or not record.has_begun:
            return
        if self.state is None or record.clock.generation > self.state["generation"]:
            self.heed_state(state_of(record.clock), record.epoch, record.conductor)

    def heed_state(self, state: dict[str, Any], epoch: int, conductor: str) -> None:
        """A state that nobody here has to be told of."""
        self.epoch, self.conductor = epoch, conductor
        self._take(state)

    def _take(self, state: dict[str, Any]) -> None:
        if self.state is None or state["generation"] != self.state["generation"]:
            self.heard_until_ms, self._heard_frames, self.told_until_ms = None, 0, None
            self._latest = None
        self.state = state
        self.state_known.set()

    def heed_people(self, people: People) -> None:
        """Tell who is in the room: at once who may control it, in a while how many there are."""
        before = self.people
        if people.version <= before.version:
            return
        self.people = people
        if (people.host, people.control) != (before.host, before.control):
            self._tell_people()
        elif self._counting is None:
            self._counting = asyncio.get_running_loop().call_later(COUNTS_EVERY_S, self._tell_people)

    def _tell_people(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        for viewer in self.viewers.values():
            viewer.tell(orjson.dumps(room_message(self.people, viewer)))

    def hear(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case layer_messages.FRAMES:
                self._deliver_frames(message)
            case layer_messages.STATE:
                self._deliver_state(message)
            case layer_messages.REFUSAL:
                self._deliver_refusal(message)
            case layer_messages.VACANT:
                self._on_vacant()

    def _deliver_state(self, message: dict[str, Any]) -> None:
        if message["epoch"] < self.epoch:
            return  # of one who conducts no longer
        self.epoch, self.conductor = message["epoch"], message["conductor"]
        state = message["state"]
        asker = self.viewers.get(message["asker"])
        is_news = self.state is None or _is_news(state, self.state)
        if is_news:
            told_until_ms = None if message["seeked"] else self._told_until_when_moved(state)
            self._take(state)
            self.told_until_ms = told_until_ms
            self._forget_waiting()
            self._tell_state(state, except_for=asker)
        if asker is not None and self.expects_no_more(asker, message["request_id"]):
            asker.tell(orjson.dumps(state | {"request_id": message["request_id"]}))
        elif asker is not None and is_news:
            asker.tell(orjson.dumps(state))
        told_until_ms = message["told_until_ms"]
        if is_news and message["seeked"]:
            self._tell_snapshot(state, state["t"] * 1000)
        elif told_until_ms is not None and (is_news or self._has_missed_events(state, told_until_ms)):
            self._tell_snapshot(state, told_until_ms)
            self.told_until_ms = told_until_ms

    def _told_until_when_moved(self, state: dict[str, Any]) -> float | None:
        """Events are told ahead of time: those after where the clock now stands will not come a second time."""
        if self.state is None or self.told_until_ms is None or state["generation"] != self.state["generation"] + 1:
            return None
        return max(self.told_until_ms, float(state["t"] * 1000))

    def _has_missed_events(self, state: dict[str, Any], told_until_ms: float) -> bool:
        """Whether others know of events that nobody told here: this hub has just begun, or was thought to be gone."""
        is_present = self.state is not None and state["generation"] == self.state["generation"]
        return is_present and (self.told_until_ms is None or self.told_until_ms < told_until_ms)

    def _tell_snapshot(self, state: dict[str, Any], t_ms: float) -> None:
        snapshot = self.snapshot(state, t_ms)
        for viewer in self.viewers.values():
            viewer.tell(snapshot)

    def _tell_state(self, state: dict[str, Any], except_for: Viewer | None) -> None:
        plain = orjson.dumps(state)
        for viewer in self.viewers.values():
            viewer.outbox.drop_frames_before(state["generation"])
            if viewer is not except_for:
                viewer.tell(plain)

    def snapshot(self, state: dict[str, Any], t_ms: float) -> bytes:
        """The `snapshot` message for the media time `t_ms`."""
        return orjson.dumps({"type": "snapshot", "generation": state["generation"], **self._events.snapshot(t_ms)})

    def tell_present(self, viewer: Viewer, state: dict[str, Any]) -> None:
        """To one who comes: how things stand, who is here, and what others were told of that is yet to happen."""
        t_ms = position_ms(state, server_time_s())
        if self.heard_until_ms is not None and state["status"] == PLAYING:
            t_ms = self.heard_until_ms
        viewer.tell(self.snapshot(state, t_ms))
        viewer.tell(orjson.dumps(room_message(self.people, viewer)))
        for event in [] if self.told_until_ms is None else self._events.between(t_ms, self.told_until_ms):
            viewer.tell(orjson.dumps({"type": "event", **event}))

    def heed_asking(self) -> None:
        """The conductor is being asked for the state."""
        self.misses_state, self._asked_s = False, time.monotonic()

    def expect_answer(self, viewer: Viewer, request_id: str | None) -> None:
        """The viewer's command is about to go to the conductor."""
        self._unanswered.append((time.monotonic() + ANSWER_S, viewer, request_id))

    def refuse_unanswered(self) -> None:
        """Tell those whose commands met no conductor."""
        while self._unanswered and self._unanswered[0][0] <= time.monotonic():
            _, viewer, request_id = self._unanswered.popleft()
            detail = "nobody conducts the room just now: try again"
            viewer.tell(orjson.dumps(error_message("unavailable", detail, request_id)))

    def expects_no_more(self, viewer: Viewer, request_id: str | None) -> bool:
        """The viewer waits for this answer no longer; whether it did."""
        for waiting in self._unanswered:
            if waiting[1] is viewer and waiting[2] == request_id:
                self._unanswered.remove(waiting)
                return True
        return False

    def _deliver_refusal(self, message: dict[str, Any]) -> None:
        error = orjson.dumps(error_message(message["code"], message["detail"], message["request_id"]))
        asker = self.viewers.get(message["asker"])
        if asker is not None and self.expects_no_more(asker, message["request_id"]):
            asker.tell(error)
        for viewer in self.viewers.values() if message["asker"] == "" else ():
            viewer.tell(error)

    def _deliver_frames(self, message: dict[str, Any]) -> None:
        batch = layer_messages.batch_of(message, self._columns)
        if self.state is None or batch.generation != self.state["generation"]:
            # Of a past generation, or of one whose state was lost.
            misses = self.state is not None and batch.generation > self.state["generation"]
            self.misses_state = misses and time.monotonic() - self._asked_s >= ASKS_EVERY_S
            return
        if batch.first < self._heard_frames:
            return  # comes a second time, or too late
        self.heard_until_ms = batch.t_ms[-1]
        self.told_until_ms = max(self.told_until_ms or 0, self.heard_until_ms)
        self._heard_frames = batch.first + len(batch.t_ms)
        self._latest = batch
        events = [orjson.dumps({"type": "event", **event}) for event in message["events"]]
        by_variant: dict[Variant, list[Viewer]] = defaultdict(list)
        for viewer in self.viewers.values():
            for event in events:
                viewer.tell(event)
            by_variant[viewer.variant].append(viewer)
        for variant, viewers in by_variant.items():
            self.send_frames(batch, variant, viewers)

    def catch_up(self, viewer: Viewer) -> None:
        """What others were sent and see from now on, to one who has just come: what is next may be 0.2 s away."""
        batch = self._latest
        if batch is None or self.state is None or self.state["status"] != PLAYING:
            return
        shown = int((server_time_s() - batch.due_s) * batch.room_fps)
        self.send_frames(batch, viewer.variant, [viewer], begin=max(shown, 0))

    def send_frames(self, batch: FrameBatch, variant: Variant, viewers: list[Viewer], begin: int = 0) -> None:
        """Encode the batch once, from a frame on, and send it to these: ahead of its time, or each part at its own."""
        indices = [index for index in chosen(batch, variant.fps) if index >= begin]
        if not indices or not variant.columns or not variant.cars:
            return
        parts = _parts(indices, variant.batch)
        for part, message in zip(parts, _frames_messages(batch, parts, variant), strict=True):
            ahead = variant.batch > 1 and part is parts[0]
            due_in_s = 0.0 if ahead else batch.due_of(part[0]) - server_time_s()
            self._send_at(due_in_s, viewers, message, batch.generation, len(part))

    def _send_at(self, due_in_s: float, viewers: list[Viewer], message: Message, generation: int, count: int) -> None:
        def send() -> None:
            self._due.discard(handle)
            for viewer in viewers:
                viewer.outbox.put_frames(message, generation, count)

        if due_in_s <= 0:
            for viewer in viewers:
                viewer.outbox.put_frames(message, generation, count)
            return
        handle = asyncio.get_running_loop().call_later(due_in_s, send)
        self._due.add(handle)

    def _forget_waiting(self) -> None:
        """Frames that wait for their time are of a generation that is over."""
        for handle in self._due:
            handle.cancel()
        self._due.clear()

    def tell_buffering(self) -> None:
        """Nothing can come any more: media time stands still for the viewers here, at what they have seen last."""
        if self.state is None or self.state["status"] != PLAYING:
            return
        now = server_time_s()
        t_ms = position_ms(self.state, now)
        t = seconds(t_ms if self.heard_until_ms is None else min(t_ms, self.heard_until_ms))
        self.state = self.state | {"status": BUFFERING, "t": t, "server_time": now}
        for viewer in self.viewers.values():
            viewer.tell(orjson.dumps(self.state))


def _is_news(state: dict[str, Any], last: dict[str, Any]) -> bool:
    """Whether a state says more than the last: a later generation, or the same after this hub had lost it."""
    if state["generation"] == last["generation"]:
        return bool(state["status"] != last["status"])
    return bool(state["generation"] > last["generation"])


def _frames_messages(batch: FrameBatch, parts: list[list[int]], variant: Variant) -> list[Message]:
    if variant.binary:
        return [binary_message(binary_frames(batch, part, variant)) for part in parts]
    return [text_message(text) for text in frames_json_each(batch, parts, variant)]


def _parts(indices: list[int], size: int) -> list[list[int]]:
    return [indices[at : at + size] for at in range(0, len(indices), size)]


def error_message(code: str, detail: str, request_id: str | None) -> dict[str, Any]:
    return {"type": "error", "code": code, "detail": detail, "request_id": request_id}


def room_message(people: People, viewer: Viewer) -> dict[str, Any]:
    """Who is in the room, as this viewer is told."""
    return {
        "type": "room",
        "viewers": people.viewers,
        "host": people.host == viewer.id,
        "control": people.control,
    }
