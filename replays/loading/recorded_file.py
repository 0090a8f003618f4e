"""A recorded live-timing file, as FastF1's recorder writes it, as SessionData. Imports FastF1.

A line is `["Topic", {...}, "2025-03-16T04:00:00.000Z"]`. FastF1 replaces every `'` by `"` before it parses, so a
text with an apostrophe loses its line there; that is counted and told, damage is an error.
"""

import hashlib
import logging
import re
import zlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from replays.loading import fastf1_session, raw_feeds
from replays.loading.errors import CorruptFeed, LoadingError
from replays.loading.fastf1_errors import load_by_fastf1
from replays.loading.fastf1_session import Say
from replays.loading.fastf1_setup import configure_fastf1
from replays.loading.schedule import KIND_OF_NAME
from replays.loading.session_data import SessionData
from seasons.keys import SESSION_KINDS
from seasons.records import EventRecord, SessionRecord

if TYPE_CHECKING:
    import fastf1.events

SESSION_INFO = re.compile(rb"""\[\s*["']SessionInfo["']""")
GMT_OFFSET = re.compile(r"(-?)(\d{2}):(\d{2}):\d{2}")


def load_recorded(
    path: Path,
    record: SessionRecord,
    *,
    cache_dir: Path,
    offline: bool,
    say: Say,
    log_level: int = logging.CRITICAL,
) -> SessionData:
    """The session recorded in the file at `path`, told to be `record`.

    What FastF1 parses goes to a cache folder of its own below `cache_dir`: FastF1 caches by session, whatever
    file it came from, and would answer from a stale one. Raises LoadingError.
    """
    from fastf1.livetiming.data import LiveTimingData

    say("reading the recording")
    lost = check_recording(path)
    own_cache = cache_dir / "recorded" / _sha256(path)[:16]
    configure_fastf1(own_cache, offline=offline or record.event.is_demo, log_level=log_level)
    livedata = LiveTimingData(str(path))
    session = hand_built_event(record).get_session(record.name)
    say("loading by FastF1")
    load_by_fastf1(session, livedata)
    feeds = {
        name: raw_feeds.RawFeed(name, tuple((_ms(entry[0]), entry[1]) for entry in livedata.get(name)))
        for name in raw_feeds.FEEDS
        if livedata.has(name)
    }
    problems = tuple(f"{count} {topic} lines lost to an apostrophe" for topic, count in lost.items())
    kind = "demo" if record.event.is_demo else "livetiming"
    return fastf1_session.session_data(session, record, feeds, kind=kind, problems=problems)


def check_recording(path: Path) -> Counter[str]:
    """Topics of which FastF1 will lose lines, with how many; raises CorruptFeed for damage.

    Also raises where FastF1 would load nothing: its clock starts at the first SessionData that says Started.
    """
    lines = _bytes_of(path).splitlines(keepends=True)
    if not lines:
        raise CorruptFeed(path.name, "the file is empty")
    lost: Counter[str] = Counter()
    started = False
    for number, line in enumerate(lines, start=1):
        try:
            topic, message = _check_line(line)
        except (ValueError, zlib.error) as error:
            where = f"line {number} of {len(lines)}"
            cut = number == len(lines) and not line.endswith(b"\n")
            raise CorruptFeed(path.name, f"cut off in {where}" if cut else f"{where}: {error}") from None
        if _as_fastf1_reads(line) is None:
            lost[topic] += 1
        started = started or (topic == "SessionData" and b"Started" in line and "StatusSeries" in message)
    if not started:
        raise CorruptFeed(path.name, "no SessionData message says that the session Started")
    return lost


def hand_built_event(record: SessionRecord) -> "fastf1.events.Event":
    """A FastF1 event that no schedule knows, with the one session of `record`."""
    import pandas as pd
    from fastf1.events import Event

    start = pd.Timestamp(record.start or record.event.date).tz_localize(None)
    unused = {f"Session{n}": "" for n in range(1, 5)} | {
        f"Session{n}{date}": pd.NaT for n in range(1, 5) for date in ("Date", "DateUtc")
    }
    return Event(
        {
            "RoundNumber": record.event.round_number or 0,
            "Country": record.event.country,
            "Location": record.event.location,
            "OfficialEventName": record.event.official_name,
            "EventDate": pd.Timestamp(record.event.date).tz_localize(None).normalize(),
            "EventName": record.event.name,
            "EventFormat": "testing" if record.event.is_testing else "conventional",
            **unused,
            "Session5": record.name,
            "Session5Date": start,
            "Session5DateUtc": start,
            "F1ApiSupport": True,
        },
        year=record.event.year,
    )


def recorded_session(path: Path) -> SessionRecord | None:
    """What the recording's SessionInfo says of its session and event; None without one that can be read.

    Raises LoadingError where the file cannot be read.
    """
    event = recorded_event(path)
    info = _session_info(path)
    name = str(info.get("Name", ""))
    kind = KIND_OF_NAME.get(name.casefold())
    if event is None or kind is None:
        return None
    if event.is_testing:
        name = SESSION_KINDS[kind]  # F1 says Day 1, which FastF1 does not know
    offset_s = _offset_s(info.get("GmtOffset"))
    start = None if offset_s is None else event.date - timedelta(seconds=offset_s)
    return SessionRecord(event=event, kind=kind, name=name, start=start, utc_offset_s=offset_s)


def recorded_event(path: Path) -> EventRecord | None:
    """What the recording's SessionInfo says of its event; None without one.

    Its date is that of the session where it was held, which may not be the event's last. A test is told by its name,
    as FastF1 does: F1 numbers it like a Grand Prix. Raises LoadingError.
    """
    try:
        info = _session_info(path)
        meeting = info["Meeting"]
        name, number = str(meeting["Name"]), meeting.get("Number")
        is_testing = "test" in name.casefold()
        start = datetime.fromisoformat(info["StartDate"]).replace(tzinfo=UTC)
        return EventRecord(
            year=start.year,
            name=name,
            official_name=str(meeting.get("OfficialName", meeting["Name"])),
            location=str(meeting["Location"]),
            country=str(meeting["Country"]["Name"]),
            date=start,
            round_number=number if isinstance(number, int) and number > 0 and not is_testing else None,
            circuit_key=int(meeting["Circuit"]["Key"]),
            circuit_name=str(meeting["Circuit"]["ShortName"]),
            is_testing=is_testing,
        )
    except (KeyError, TypeError, ValueError):
        return None


def recording_began(path: Path) -> datetime:
    """The instant of the recording's first line, UTC; raises LoadingError."""
    first = _bytes_of(path).partition(b"\n")[0]
    try:
        _check_line(first)
        return datetime.fromisoformat(str(_entry(first)[2]).rstrip("Z")[:26]).replace(tzinfo=UTC)
    except (ValueError, zlib.error) as error:
        raise CorruptFeed(path.name, f"line 1: {error}") from None


def _session_info(path: Path) -> dict[str, Any]:
    """The recording's first SessionInfo message; empty without one."""
    for line in _bytes_of(path).splitlines():
        if SESSION_INFO.match(line):
            try:
                info = _check_line(line)[1]
            except ValueError:
                return {}
            return info if isinstance(info, dict) else {}
    return {}


def _offset_s(text: Any) -> int | None:
    """Seconds of F1's `-04:00:00`; None where it says something else."""
    match = GMT_OFFSET.fullmatch(str(text))
    if match is None:
        return None
    seconds = int(match[2]) * 3600 + int(match[3]) * 60
    return -seconds if match[1] else seconds


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LoadingError(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})") from None


def _check_line(line: bytes) -> tuple[str, Any]:
    entry = _entry(line)
    if not isinstance(entry, list) or len(entry) != 3 or not isinstance(entry[0], str):
        raise ValueError("not a [topic, message, time] line")
    topic, message, moment = entry
    datetime.fromisoformat(str(moment).rstrip("Z")[:26])
    if topic.endswith(".z"):
        raw_feeds.check_packed(orjson.dumps(message).decode())
    return topic, message


def _entry(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return _as_fastf1_reads(line)


def _as_fastf1_reads(line: bytes) -> Any:
    if b"'" not in line and b"True" not in line and b"False" not in line:
        return line
    fixed = line.replace(b"'", b'"').replace(b"True", b"true").replace(b"False", b"false")
    try:
        return orjson.loads(fixed)
    except orjson.JSONDecodeError:
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ms(since_start: Any) -> int:
    return round(since_start.total_seconds() * 1000)
