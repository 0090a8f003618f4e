"""What conductor and hubs tell each other: plain dicts, as msgpack carries them through the channel layer.

To the hubs of a room (its group): frames, state, refusal, vacant. To the conductor (its process's channel): command.
What goes to a group says `by` which process's channel it was said, whose own hub has it without the layer as well.
"""

from typing import Any

import numpy as np

from replays.columns import frame_dtype
from replays.playing.encoding import FrameBatch

FRAMES, STATE, REFUSAL, VACANT = "room.frames", "room.state", "room.refusal", "room.vacant"
COMMAND = "room.command"


def group_of(room_id: str) -> str:
    return f"room.{room_id}"


def frames_message(room_id: str, batch: FrameBatch, events: list[dict[str, Any]]) -> dict[str, Any]:
    """A batch, with the events of the media time it covers."""
    return {
        "type": FRAMES,
        "room": room_id,
        "generation": batch.generation,
        "first": batch.first,
        "due_s": batch.due_s,
        "fps": batch.room_fps,
        "t_ms": list(batch.t_ms),
        "laps": list(batch.laps),
        "rows": batch.rows.tobytes(),
        "events": events,
    }


def batch_of(message: dict[str, Any], columns: tuple[str, ...]) -> FrameBatch:
    t_ms = tuple(message["t_ms"])
    rows = np.frombuffer(message["rows"], dtype=frame_dtype(columns)).reshape(len(t_ms), -1)
    return FrameBatch(
        message["generation"], message["first"], message["due_s"], message["fps"], t_ms, tuple(message["laps"]), rows
    )


def state_message(
    room_id: str,
    state: dict[str, Any],
    *,
    epoch: int,
    conductor: str,
    seeked: bool,
    asker: str,
    request_id: str | None,
    told_until_ms: float | None = None,
) -> dict[str, Any]:
    """`asker` is the connection whose command brought the state about, empty for none; `conductor` hears commands.

    `told_until_ms` is for a process that has missed something: until there the others know of all events.
    """
    return {
        "type": STATE,
        "room": room_id,
        "state": state,
        "epoch": epoch,
        "conductor": conductor,
        "seeked": seeked,
        "told_until_ms": told_until_ms,
        "asker": asker,
        "request_id": request_id,
    }


def vacant_message(room_id: str) -> dict[str, Any]:
    """The conductor has gone in order: who hears this may be the next."""
    return {"type": VACANT, "room": room_id}


def refusal_message(room_id: str, asker: str, request_id: str | None, code: str, detail: str) -> dict[str, Any]:
    return {
        "type": REFUSAL,
        "room": room_id,
        "asker": asker,
        "request_id": request_id,
        "code": code,
        "detail": detail,
    }


def tell_message(room_id: str, channel: str) -> dict[str, Any]:
    """The process that hears `channel` has missed something: the conductor is to tell it how things stand."""
    return command_message(room_id, "", None, {"type": "tell", "channel": channel})


def command_message(room_id: str, asker: str, request_id: str | None, command: dict[str, Any]) -> dict[str, Any]:
    return {"type": COMMAND, "room": room_id, "asker": asker, "request_id": request_id, "command": command}
