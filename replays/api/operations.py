"""What the OpenAPI document says of the views of replays that are no resources."""

from core.api.described import BYTES, CSV, JSON, Body, Described, listed_parameter, parameter
from replays.api import examples
from replays.api import stored_schemas as stored
from replays.api.stored_schemas import Schema, of, row, rows
from replays.columns import COLUMNS, COMPOUNDS, STATUSES

FILE_REFUSALS = (400, 404, 503)
LOCKED_REFUSALS = (400, 401, 403, 404)

REPLAY_PATH = {"replay_id": ("The replay's `id`.", examples.REPLAY_ID)}
CHUNK_PATH = {**REPLAY_PATH, "number": ("Number of the chunk, as the manifest has it.", "366")}
SESSION_PATH = {"session_name": ("The session's `key` or `id`, or `latest`.", examples.REPLAY["session"])}

MOMENT: Schema = {"type": "number", "minimum": 0}
FORMAT = parameter("format", {"type": "string", "enum": ["json", "csv"], "default": "json"}, "The form of the answer.")
BUILD_BODIES = {JSON: Body({"$ref": "#/components/schemas/Build"}, examples.BUILD)}


ROOM_PATH = {"room_id": ("The room's `id`.", examples.ROOM["id"])}
ROOM = row(
    "A room.",
    id=of("string", "Its id, which is its address: whoever knows it may join."),
    replay=of("string", "The `id` of the replay that is played."),
    url=of("string", "Path of the page to share."),
    websocket=of("string", "Path of the socket that joins it."),
    viewers=of("integer", "How many are in it."),
    control={"type": "string", "enum": ["host", "everyone"], "description": "Who may move the clock."},
    status={"type": "string", "enum": ["playing", "paused", "buffering", "ended"], "description": "Of the clock."},
    t=of("number", "Session time at the moment of the answer, in seconds."),
    speed=of("number", "Seconds of the session in a second."),
)
ROOM_BODIES = {JSON: Body(ROOM, examples.ROOM)}


def file_of_a_replay(summary: str, schema: Schema, example: object) -> dict[str, Described]:
    return {"get": Described(summary, {JSON: Body(schema, example)}, path=REPLAY_PATH, refusals=FILE_REFUSALS)}


MANIFEST = file_of_a_replay("The manifest of a replay", stored.MANIFEST, examples.MANIFEST)
TRACK = file_of_a_replay("The track of a replay", stored.TRACK, examples.TRACK)
EVENTS = file_of_a_replay("The events of a replay", stored.EVENTS, examples.EVENTS)
QUALITY = file_of_a_replay("What a replay lacks", stored.QUALITY, examples.QUALITY)

CHUNK = {
    "get": Described(
        "Ten seconds of native samples of a replay",
        {BYTES: Body({"type": "string", "format": "binary"})},
        path=CHUNK_PATH,
        refusals=FILE_REFUSALS,
    )
}

FRAME = row(
    "A frame.",
    t=of("number", "Session time, in seconds."),
    lap=of("integer null", "The leader's lap."),
    cars=rows(
        "The values of each car; null: it is not part of the session.",
        {"type": ["array", "null"], "items": {"type": ["number", "string", "null"]}},
    ),
)
COLUMN = row("A column.", name=of("string", "Its name."), unit=of("string null", "Null: a count or a code."))
SAMPLED = row(
    "What the values are, and the frames.",
    ("replay", "from", "to", "fps", "count", "cars", "columns", "frames"),
    **{
        "replay": of("string", "The replay's `id`."),
        "from": of("number", "Session time of the first frame, in seconds."),
        "to": of("number", "Session time that no frame is after, in seconds."),
        "fps": of("integer", "Frames a second."),
        "count": of("integer", "How many frames there are."),
        "cars": rows("The cars, in their order in each frame.", stored.CAR),
        "columns": rows("Name and unit of each value, in their order in each car.", COLUMN),
        "frames": rows("As a socket sends them.", FRAME),
    },
)
FRAMES = {
    "get": Described(
        "Sampled frames of a replay",
        {JSON: Body(SAMPLED, examples.FRAMES), CSV: Body({"type": "string"}, examples.FRAMES_CSV)},
        parameters=(
            parameter("from", MOMENT, "Session time of the first frame, in seconds. Else where the replay begins."),
            parameter("to", MOMENT, "Session time of the last frame, in seconds. Else where the replay ends."),
            parameter("fps", {"type": "integer", "minimum": 1, "maximum": 60, "default": 1}, "Frames a second."),
            listed_parameter("cars", {"type": "string"}, "Numbers of cars, separated by commas. Else all."),
            listed_parameter(
                "columns",
                {"type": "string", "enum": [column.name for column in COLUMNS]},
                "Columns, separated by commas. Else all that the session has.",
            ),
            FORMAT,
        ),
        path=REPLAY_PATH,
        refusals=FILE_REFUSALS,
    )
}

CAR_IN_ORDER = row(
    "A car.",
    position=of("integer null", "Its place."),
    code=of("string null", "Letters on the timing screen."),
    driver_number=of("string", "The car's number: digits, as text."),
    gap=of("number null", "Seconds to the leader; in qualifying and practice the difference of best laps."),
    interval=of("number null", "Seconds to the car ahead; in qualifying and practice the difference of best laps."),
    lap=of("integer null", "The lap it is on."),
    tyre=of("string null", "Its compound.", enum=[*COMPOUNDS, None]),
    tyre_age=of("integer null", "Laps on this set, this lap included."),
    status=of("string null", "What it is doing.", enum=[*STATUSES, None]),
)
TOWER = row(
    "The cars, first place first.",
    ("t", "lap", "cars"),
    t=of("number", "Session time, in seconds."),
    lap=of("integer null", "The leader's lap."),
    cars=rows("First place first.", CAR_IN_ORDER),
)
ORDER = {
    "get": Described(
        "The timing tower of a session at a moment",
        {JSON: Body(TOWER, examples.ORDER), CSV: Body({"type": "string"}, examples.ORDER_CSV)},
        parameters=(parameter("t", MOMENT, "Session time, in seconds.", required=True), FORMAT),
        path=SESSION_PATH,
        refusals=FILE_REFUSALS,
        is_cached=False,
    )
}
