"""The stored forms of a replay in the words of OpenAPI; `docs/replay-format.md` says all there is to say of them."""

from typing import Any

Schema = dict[str, Any]


def of(types: str, description: str, **more: Any) -> Schema:
    """A value; `types` are separated by blanks: `integer null`."""
    names = types.split()
    return {"type": names if len(names) > 1 else names[0], "description": description, **more}


def row(description: str, required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """An object; it may have more properties one day."""
    return {"type": "object", "description": description, "required": list(required), "properties": properties}


def rows(description: str, items: Schema, types: str = "array") -> Schema:
    return of(types, description, items=items)


POINT: Schema = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}

STRETCH: Schema = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}

CAR = row(
    "A car.",
    number=of("string", "Its number: digits, as text."),
    code=of("string null", "Letters on the timing screen."),
    name=of("string null", "The driver's name."),
    team=of("string null", "What the team was called."),
    colour=of("string null", "The team's, as #rrggbb."),
)

MANIFEST = row(
    "What the replay is, which files it has, and how to read its chunks.",
    ("format", "schema", "session", "t_start_ms", "t_end_ms", "cars", "feeds", "chunks", "files"),
    format=of("string", "Always `f1replay`."),
    schema=of("integer", "Version of the stored form."),
    session=row("The session's names, place and start."),
    source=row("Where the data came from: kind, version of FastF1, feeds, and a hash of all of it."),
    lights_out_ms=of("integer null", "Session time of the start of a race, in milliseconds."),
    t0_utc_ms=of("integer null", "When session time was zero, in Unix milliseconds."),
    laps=of("integer null", "Laps of the race."),
    segments=of("boolean", "Whether a qualifying is told apart into its parts."),
    t_start_ms=of("integer", "Session time of the first moment, in milliseconds."),
    t_end_ms=of("integer", "Session time of the last moment, in milliseconds."),
    cars=rows("The cars, in their order everywhere else.", CAR),
    feeds=rows("Clocks with their columns, in their order in every chunk.", row("A feed.")),
    chunk_ms=of("integer", "Milliseconds of session time that a chunk has."),
    chunks=rows("Number, time, size and SHA-256 of each chunk.", row("A chunk.")),
    files=row("Size and SHA-256 of the other files."),
    capabilities=row("What the session has: true, false, `partial` or `estimated`."),
    quality=row("Verdict, reasons and figures: what is known to be less than whole, and how true the rest is."),
)

TRACK = row(
    "The drawing of the track, in metres on the plane of the position feed.",
    outline=rows(
        "Points about every 6 m from the start and finish line on; the last joins the first.", POINT, "array null"
    ),
    closed=of("boolean", "Always true."),
    length_m=of("number null", "Of the outline, in metres."),
    source=of("string null", "`telemetry`, from clean laps, or `circuit_data`."),
    rotation_deg=of("number null", "By how many degrees the usual map is turned."),
    start_finish=of("object null", "The line: `x`, `y` in metres, `heading_deg` in degrees from x, anticlockwise."),
    sectors=rows("Where the first and the second sector end, as shares of a lap.", {"type": "number"}, "array null"),
    corners=rows("`label` of each corner, and `x`, `y` in metres.", row("A corner."), "array null"),
    pit_lane=rows("Points in metres from its entry to its exit.", POINT, "array null"),
)

EVENTS = rows(
    "In time order. What else an event has depends on its kind.",
    row(
        "An event.",
        ("kind", "t_ms"),
        kind=of("string", "`track_status`, `race_control`, `weather`, `lap`, `sector`, `pit`, `tyre` and so on."),
        t_ms=of("integer", "Session time, in milliseconds."),
    ),
)

QUALITY = row(
    "Verdict, reasons and figures: what is known to be less than whole, and how true the rest is.",
    verdict=of("string", "`good`, `limited` or `poor`."),
    reasons=rows("Why it is not good, in words.", {"type": "string"}),
    gaps=row("By feed: how many, how long, what share of the replay, and the longest."),
    cars_without_positions=rows("Codes of the cars.", {"type": "string"}),
    outline=of("string null", "`telemetry`, `circuit_data`, or null: there is none."),
    clock=of("string", "`mended`, or `feed`: instants are the feed's own, but for one lag of the session."),
    mending=row("By how much the clock was off, and what is left, in milliseconds."),
    estimated_ms=rows("Begin and end of each stretch in which cars are placed by timing alone, ms.", STRETCH),
    outliers=of("integer", "Samples of positions that were left out as impossible."),
    motion=of("object null", "Errors in metres at samples that were left out, of speeds in km/h."),
    lines=of("object null", "Crossings of the line, how many have the official place, errors of gaps in seconds."),
    off_track=of("object null", "How many places are far from track and pit lane, in metres."),
    problems=rows("Anything else, in words.", {"type": "string"}),
)
