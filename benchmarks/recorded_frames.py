"""Messages of a stretch of a replay, made once by `benchmarks.recording`: peers write the very bytes of the site."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import orjson

FPS = 30
BATCH = 6
"""The default at 30 frames a second."""
JSON_EACH = "json 1"
OBJECTS_EACH, OBJECTS_BATCHES = "objects 1", f"objects {BATCH}"
"""An object a car with the names of its values: as frames usually are elsewhere."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One message every `message_s`; `t` is the session time of the first, in seconds."""

    t: float
    message_s: float
    messages: list[str | bytes]


def kind_of(*, binary: bool, batch: int) -> str:
    return f"{'binary' if binary else 'json'} {batch}"


def read_recorded(file: str, kind: str) -> Recorded:
    """Of a file that this project wrote a moment ago: pickle believes what it reads."""
    recorded: dict[str, Recorded] = pickle.loads(Path(file).read_bytes())
    return recorded[kind]


def hello_of(recorded: Recorded, began_s: float) -> str:
    """The first message of a peer: as much of the protocol's `hello` as the audience wants to know."""
    state = {"generation": 1, "status": "playing", "t": recorded.t, "speed": 1.0, "server_time": began_s}
    return orjson.dumps({"type": "hello", "room": "", "state": state}).decode()
