"""The feeds of a session as F1 serves them, checked before FastF1 parses them.

FastF1 drops what it cannot decode with a warning, and keeps what it parsed: half a session would then be a
whole one for good. So each feed is read here first, line by line, and a damaged one is named. The line's own
session time also dates what FastF1 drops: when a car stopped, and what UTC session time zero is.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from replays.loading.errors import CorruptFeed
from seasons.records import CarFlagRecord, MiniSectorRecord

FEEDS = (
    "SessionInfo",
    "DriverList",
    "SessionStatus",
    "LapCount",
    "TrackStatus",
    "TimingData",
    "TimingAppData",
    "RaceControlMessages",
    "WeatherData",
    "CarData.z",
    "Position.z",
)
"""The feeds FastF1 loads a session from; a file is called `<feed>.jsonStream`."""

LINE = re.compile(r"(\d{2}):(\d{2}):(\d{2})\.(\d{3})(.*)", re.DOTALL)
GAP = re.compile(r"\+(?:(\d{1,2}):)?(\d{1,3})\.(\d{3})")
CAR_FLAGS = {"InPit": "in_pit", "Stopped": "stopped", "Retired": "retired"}

SECTORS = 3
MOST_SEGMENTS = 20
"""Mini-sectors of one sector; circuits have up to ten."""
MOST_MINI_SECTOR_CHANGES = 500_000
"""Of a session; a race of 57 laps has some 70,000, half of them the clearing for the next lap."""

Message = tuple[int, Any]
"""Session time in ms and the decoded JSON."""


@dataclass(frozen=True, slots=True)
class RawFeed:
    """A feed that was there: its messages, decoded only where this project reads them itself."""

    name: str
    messages: tuple[Message, ...]


def parse_stream(name: str, body: bytes) -> RawFeed:
    """The messages of a `jsonStream` file; raises CorruptFeed naming the line that cannot be read."""
    file = f"{name}.jsonStream"
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorruptFeed(file, f"not UTF-8 at byte {error.start}") from None
    if not text.strip():
        return RawFeed(name, ())
    if not text.endswith("\n"):
        raise CorruptFeed(file, f"cut off in the middle of line {text.count(chr(10)) + 1}")
    decode = check_packed if name.endswith(".z") else orjson.loads
    lines = (line for line in text.split("\n") if line.strip())
    return RawFeed(name, tuple(_decoded(file, lines, decode)))


def _decoded(file: str, lines: Iterable[str], decode: Callable[[str], Any]) -> Iterable[Message]:
    for number, line in enumerate(lines, start=1):
        match = LINE.match(line)
        if match is None:
            raise CorruptFeed(file, f"line {number} does not begin with a session time")
        hours, minutes, seconds, ms = (int(part) for part in match.groups()[:4])
        try:
            message = decode(match[5].strip())
        except (orjson.JSONDecodeError, binascii.Error, zlib.error, ValueError) as error:
            raise CorruptFeed(file, f"line {number} cannot be decoded ({error})") from None
        yield (hours * 3600 + minutes * 60 + seconds) * 1000 + ms, message


def check_packed(quoted: str) -> None:
    """Raises unless `quoted` is a JSON string of base64 of raw deflate of a JSON object."""
    text = orjson.loads(quoted)
    if not isinstance(text, str):
        raise ValueError("no packed text")
    packed = base64.b64decode(text, validate=True)
    body = zlib.decompress(packed, -zlib.MAX_WBITS).strip()
    if not (body.startswith(b"{") and body.endswith(b"}")):
        raise ValueError("no JSON object inside")


def car_flags(timing: Iterable[Message]) -> tuple[CarFlagRecord, ...]:
    """Each change of a car's InPit, Stopped and Retired in the TimingData messages, in time order."""
    flags: list[CarFlagRecord] = []
    last: dict[tuple[str, str], bool] = {}
    for t_ms, message in timing:
        lines = message.get("Lines") if isinstance(message, dict) else None
        if not isinstance(lines, dict):
            continue
        for number, fields in lines.items():
            if not isinstance(fields, dict):
                continue
            for key, flag in CAR_FLAGS.items():
                value = fields.get(key)
                if isinstance(value, bool) and last.get((number, flag), False) != value:
                    last[number, flag] = value
                    flags.append(CarFlagRecord(t_ms, number, flag, value))
    return tuple(flags)


def leader_gaps(timing: Iterable[Message]) -> dict[str, list[tuple[int, int]]]:
    """Of each car the gaps to the leader in the TimingData messages: when each was told, and the gap, both in ms. Those
    in laps are left out, and the malformed."""
    gaps: dict[str, list[tuple[int, int]]] = {}
    for t_ms, message in timing:
        lines = _member(message, "Lines")
        for number, fields in lines.items() if isinstance(lines, dict) else ():
            told = _member(fields, "GapToLeader")
            found = GAP.fullmatch(told) if isinstance(told, str) else None
            if found:
                minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
                gaps.setdefault(number, []).append((t_ms, (minutes * 60 + seconds) * 1_000 + thousandths))
    return {number: sorted(own) for number, own in gaps.items()}


def mini_sectors(timing: Iterable[Message]) -> tuple[MiniSectorRecord, ...]:
    """Each change of a mini-sector's status in the TimingData messages, in time order; the malformed is passed over.

    The feed clears a car's mini-sectors with the first one of its next lap, and paints a purple one anew when another
    car beats it.
    """
    changes: list[MiniSectorRecord] = []
    last: dict[tuple[str, int, int], int] = {}
    for t_ms, message in timing:
        lines = message.get("Lines") if isinstance(message, dict) else None
        for number, fields in lines.items() if isinstance(lines, dict) else ():
            for sector, segment, status in _segments(fields):
                if last.get((number, sector, segment)) == status:
                    continue
                last[number, sector, segment] = status
                changes.append(MiniSectorRecord(t_ms, number, sector, segment, status))
        if len(changes) > MOST_MINI_SECTOR_CHANGES:
            return ()
    return tuple(changes)


def _segments(fields: Any) -> Iterator[tuple[int, int, int]]:
    """(sector, segment, status) of what a car's line says of its mini-sectors."""
    for sector, parts in _numbered(_member(fields, "Sectors"), SECTORS):
        for segment, part in _numbered(_member(parts, "Segments"), MOST_SEGMENTS):
            status = _member(part, "Status")
            if isinstance(status, int) and not isinstance(status, bool):
                yield sector, segment, status


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _numbered(value: Any, most: int) -> Iterator[tuple[int, Any]]:
    """The first `most` members of what the feed sends as a list at first, then as an object of those that change."""
    if isinstance(value, list):
        yield from enumerate(value[:most])
    elif isinstance(value, dict):
        for key, member in value.items():
            if key.isascii() and key.isdigit() and len(key) <= 2 and int(key) < most:
                yield int(key), member


def grid_places(timing_app: Iterable[Message]) -> dict[str, int]:
    """Each car's place on the grid by the TimingAppData messages, the last word of them; only races have it."""
    places: dict[str, int] = {}
    for _, message in timing_app:
        lines = message.get("Lines") if isinstance(message, dict) else None
        for number, fields in lines.items() if isinstance(lines, dict) else ():
            place = fields.get("GridPos") if isinstance(fields, dict) else None
            if isinstance(place, str) and place.isascii() and place.isdigit() and int(place) > 0:
                places[number] = int(place)
    return places


def t0_utc_ms(race_control: Iterable[Message]) -> int | None:
    """UTC of session time zero, in Unix ms, from messages that carry both; None without any.

    A message says its UTC in whole seconds, rounded down, and is published after it: the latest
    difference is the least delayed one. Within 0.3 s of FastF1's own `t0_date` on the 2025 Australian race.
    """
    offsets = [
        utc_ms - t_ms
        for t_ms, message in race_control
        for entry in _entries(message)
        if (utc_ms := _utc_ms(entry.get("Utc"))) is not None
    ]
    return max(offsets, default=None)


def _entries(message: Any) -> list[dict[str, Any]]:
    entries = message.get("Messages") if isinstance(message, dict) else None
    if isinstance(entries, dict):
        entries = list(entries.values())
    return [entry for entry in entries or [] if isinstance(entry, dict)]


def _utc_ms(text: Any) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.rstrip("Z")[:26])
    except ValueError:
        return None
    return round(moment.replace(tzinfo=UTC).timestamp() * 1000)
