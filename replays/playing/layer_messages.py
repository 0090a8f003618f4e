"""What conductor and hubs tell each other through the channel layer: plain dicts, as msgpack carries them.

To the hubs of a room (its group): frames, state, refusal. To the conductor (its channel): command.
"""

from typing import Any

import numpy as np

from replays.columns import frame_dtype
from replays.playing.encoding import FrameBatch

FRAMES, STATE, REFUSAL, COMMAND = "room.frames", "room.state", "room.refusal", "room.command"


def group_of(room_id: str) -> str:
    return f"room.{room_id}"


def frames_message(batch: FrameBatch, events: list[dict[str, Any]]) -> dict[str, Any]:
    """A batch, with the events of the media time it covers."""
    return {
        "type": FRAMES,
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


def state_message(state: dict[str, Any], *, seeked: bool, asker: str, request_id: str | None) -> dict[str, Any]:
    """`asker` is the connection whose command brought the state about, empty for none."""
    return {"type": STATE, "state": state, "seeked": seeked, "asker": asker, "request_id": request_id}


def refusal_message(asker: str, request_id: str | None, code: str, detail: str) -> dict[str, Any]:
    return {"type": REFUSAL, "asker": asker, "request_id": request_id, "code": code, "detail": detail}


def command_message(asker: str, request_id: str | None, command: dict[str, Any]) -> dict[str, Any]:
    return {"type": COMMAND, "asker": asker, "request_id": request_id, "command": command}
