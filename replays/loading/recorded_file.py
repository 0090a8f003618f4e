"""A recorded live-timing file, as FastF1's recorder writes it, as SessionData. Imports FastF1.

A line is `["Topic", {...}, "2025-03-16T04:00:00.000Z"]`. FastF1 replaces every `'` by `"` before it parses, so a
text with an apostrophe loses its line there; that is counted and told, damage is an error.
"""

import hashlib
import zlib
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from replays.loading import fastf1_session, raw_feeds
from replays.loading.errors import CorruptFeed, LoadingError
from replays.loading.fastf1_session import Say
from replays.loading.fastf1_setup import configure_fastf1
from replays.loading.session_data import SessionData
from seasons.records import EventRecord, SessionRecord

if TYPE_CHECKING:
    import fastf1.events


def load_recorded(path: Path, record: SessionRecord, *, cache_dir: Path, offline: bool, say: Say) -> SessionData:
    """The session recorded in the file at `path`, told to be `record`.

    What FastF1 parses goes to a cache folder of its own below `cache_dir`: FastF1 caches by session, whatever
    file it came from, and would answer from a stale one. Raises LoadingError.
    """
    from fastf1.livetiming.data import LiveTimingData

    say("reading the recording")
    lost = check_recording(path)
    configure_fastf1(cache_dir / "recorded" / _sha256(path)[:16], offline=offline or record.event.is_demo)
    livedata = LiveTimingData(str(path))
    session = hand_built_event(record).get_session(record.name)
    say("loading by FastF1")
    fastf1_session._load(session, livedata)
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
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise LoadingError(f"{path}: cannot be read ({error.strerror})") from None
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
            "EventFormat": "conventional",
            **unused,
            "Session5": record.name,
            "Session5Date": start,
            "Session5DateUtc": start,
            "F1ApiSupport": True,
        },
        year=record.event.year,
    )


def recorded_event(path: Path) -> EventRecord | None:
    """What the recording's SessionInfo says of its event; None without one."""
    for line in path.read_bytes().splitlines():
        if not line.startswith(b'["SessionInfo"'):
            continue
        try:
            info = _check_line(line)[1]
            meeting = info["Meeting"]
            start = datetime.fromisoformat(info["StartDate"])
            return EventRecord(
                year=start.year,
                name=meeting["Name"],
                official_name=meeting.get("OfficialName", meeting["Name"]),
                location=meeting["Location"],
                country=meeting["Country"]["Name"],
                date=start,
                round_number=meeting.get("Number"),
                circuit_key=meeting["Circuit"]["Key"],
                circuit_name=meeting["Circuit"]["ShortName"],
            )
        except (KeyError, TypeError, ValueError):
            return None
    return None


def _check_line(line: bytes) -> tuple[str, Any]:
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:
        entry = _as_fastf1_reads(line)
    if not isinstance(entry, list) or len(entry) != 3 or not isinstance(entry[0], str):
        raise ValueError("not a [topic, message, time] line")
    topic, message, moment = entry
    datetime.fromisoformat(str(moment).rstrip("Z")[:26])
    if topic.endswith(".z"):
        raw_feeds.check_packed(orjson.dumps(message).decode())
    return topic, message


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
