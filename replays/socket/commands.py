"""What a client may say, checked at the door: text in, a command or a BadMessage out. Pure."""

import math
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from replays.clock import MAX_SPEED, MIN_SPEED

MAX_FPS = 60
MAX_BATCH = 60
MAX_SESSION_S = 86_400.0
MAX_REQUEST_ID = 64

RequestId = Annotated[str, Meta(max_length=MAX_REQUEST_ID)] | None
Fps = Annotated[int, Meta(ge=0, le=MAX_FPS)]
Batch = Annotated[int, Meta(ge=1, le=MAX_BATCH)]


class BadMessage(ValueError):
    """Not a command; `code` and the message are for the client, `request_id` where one could be read."""

    def __init__(self, code: str, detail: str, request_id: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.request_id = request_id


class Command(Struct, tag_field="type", forbid_unknown_fields=True, kw_only=True):
    request_id: RequestId = None


class Play(Command, tag="play"):
    pass


class Pause(Command, tag="pause"):
    pass


class Seek(Command, tag="seek"):
    """To `t` (s of session time) or to the start of the leader's `lap`: one of the two."""

    t: Annotated[float, Meta(ge=0, le=MAX_SESSION_S)] | None = None
    lap: Annotated[int, Meta(ge=1, le=1000)] | None = None


class Speed(Command, tag="speed"):
    speed: Annotated[float, Meta(ge=MIN_SPEED, le=MAX_SPEED)]


class Configure(Command, tag="configure"):
    """What is left out stays as it is."""

    fps: Fps | None = None
    batch: Batch | None = None
    columns: list[str] | None = None
    cars: list[str] | None = None


class Control(Command, tag="control"):
    control: str


class Ping(Command, tag="ping"):
    sent: float = 0.0


_decoder = msgspec.json.Decoder(Play | Pause | Seek | Speed | Configure | Control | Ping)
_ANY = msgspec.json.Decoder()
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def parse_command(text: str | bytes) -> Command:
    """The command in `text`; raises BadMessage."""
    try:
        command: Command = _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise _refused(_json_value(text), str(error)) from None
    except NOT_JSON:
        raise BadMessage("bad_json", "not JSON") from None
    if isinstance(command, Seek) and (command.t is None) == (command.lap is None):
        raise BadMessage("bad_value", "seek: one of t and lap", command.request_id)
    if isinstance(command, Control) and command.control not in ("host", "everyone"):
        raise BadMessage("bad_value", "control: host or everyone", command.request_id)
    if isinstance(command, Ping) and not math.isfinite(command.sent):
        raise BadMessage("bad_value", "sent: a finite number", command.request_id)
    return command


def _json_value(text: str | bytes) -> Any:
    """Of a text that is no command, perhaps because it stops being JSON after a value that is none."""
    try:
        return _ANY.decode(text)
    except NOT_JSON:
        raise BadMessage("bad_json", "not JSON") from None


def _refused(message: Any, why: str) -> BadMessage:
    if not isinstance(message, dict):
        return BadMessage("bad_message", "a JSON object with a type")
    request_id = message.get("request_id")
    if not isinstance(request_id, str) or len(request_id) > MAX_REQUEST_ID:
        request_id = None
    if message.get("type") not in KNOWN_TYPES:
        return BadMessage("unknown_type", f"type: one of {', '.join(KNOWN_TYPES)}", request_id)
    if message["type"] == "speed" and "speed" in why:
        return BadMessage(
            "bad_value", f"speed: {MIN_SPEED:g} to {MAX_SPEED:g}, not {_short(message.get('speed'))}", request_id
        )
    return BadMessage("bad_value", why.replace("`$.", "`"), request_id)


def _short(value: Any) -> str:
    return str(value)[:40]


KNOWN_TYPES = ("play", "pause", "seek", "speed", "configure", "control", "ping")


def as_dict(command: Command) -> dict[str, Any]:
    """The command as plain values, `type` included."""
    fields: dict[str, Any] = msgspec.to_builtins(command)
    return fields
