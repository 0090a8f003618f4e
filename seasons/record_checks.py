"""The door of the catalogue: records that make no sense are refused here, by a ValueError that names the field."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from seasons.keys import SESSION_KINDS, slug
from seasons.records import EntryRecord, EventRecord, SessionRecord

FIRST_YEAR, LAST_YEAR = 1950, 2100
MAX_UTC_OFFSET_S = 14 * 3600
LENGTHS: dict[str, int] = {
    "name": 120,
    "official_name": 300,
    "location": 200,
    "country": 100,
    "circuit_name": 150,
    "code": 4,
    "first_name": 200,
    "last_name": 200,
    "full_name": 150,
    "driver_ref": 100,
    "team": 150,
    "team_ref": 100,
    "country_code": 3,
    "classified": 4,
    "status": 100,
}
"""Most characters a text may have; the columns of the models are as wide or wider."""

MOST_SMALL, MOST_WHOLE = 2**15 - 1, 2**31 - 1
"""What the columns of numbers hold."""


def check_event(event: EventRecord) -> None:
    where = f"event '{event.name}' of {event.year}"
    if not FIRST_YEAR <= event.year <= LAST_YEAR:
        raise refusal(where, "year", event.year, f"{FIRST_YEAR} to {LAST_YEAR}")
    if not slug(event.name):
        raise refusal(where, "name", event.name, "a name with letters or digits")
    _check_lengths(where, event, ("name", "official_name", "location", "country", "circuit_name"))
    check_utc(where, "date", event.date)
    if event.round_number is not None and event.round_number < 1:
        raise refusal(where, "round_number", event.round_number, "1 or more, or None")
    if event.is_testing and event.round_number is not None:
        raise refusal(where, "round_number", event.round_number, "None for a test")
    if event.circuit_key is not None and event.circuit_key < 0:
        raise refusal(where, "circuit_key", event.circuit_key, "0 or more, or None")


def check_session(session: SessionRecord) -> None:
    check_event(session.event)
    where = f"session '{session.name}' of {session.event.name} {session.event.year}"
    if session.kind not in SESSION_KINDS:
        raise refusal(where, "kind", session.kind, f"one of {', '.join(SESSION_KINDS)}")
    if not 1 <= len(session.name) <= 100:
        raise refusal(where, "name", session.name, "1 to 100 characters")
    if session.start is not None:
        check_utc(where, "start", session.start)
    if session.utc_offset_s is not None and abs(session.utc_offset_s) > MAX_UTC_OFFSET_S:
        raise refusal(where, "utc_offset_s", session.utc_offset_s, f"at most {MAX_UTC_OFFSET_S} s either way")


def check_calendar(year: int, sessions: Sequence[SessionRecord]) -> None:
    """Every record by itself; all of `year`, and no session twice."""
    if not sessions:
        raise ValueError(f"calendar of {year}: sessions is empty; that would cancel the whole season")
    events: dict[str, EventRecord] = {}
    seen: set[tuple[str, str]] = set()
    for session in sessions:
        check_session(session)
        if session.event.year != year:
            raise refusal(f"calendar of {year}", "year", session.event.year, str(year))
        key = slug(session.event.name)
        if events.setdefault(key, session.event) != session.event:
            raise refusal(f"calendar of {year}", "name", session.event.name, "a name of its own for each event")
        if (key, session.kind) in seen:
            raise refusal(f"calendar of {year}", "kind", session.kind, f"once in {session.event.name}")
        seen.add((key, session.kind))


def check_entries(entries: Sequence[EntryRecord]) -> None:
    numbers: set[str] = set()
    for entry in entries:
        where = f"entry {entry.number or '?'} {entry.full_name}".rstrip()
        if not re.fullmatch(r"[0-9]{1,4}", entry.number):
            raise refusal(where, "number", entry.number, "1 to 4 digits")
        if entry.number in numbers:
            raise refusal(where, "number", entry.number, "once in a session")
        numbers.add(entry.number)
        if not slug(entry.full_name) and not slug(entry.driver_ref):
            raise refusal(where, "full_name", entry.full_name, "a name, where driver_ref is empty too")
        _check_lengths(
            where,
            entry,
            ("code", "first_name", "last_name", "full_name", "driver_ref", "team", "team_ref", "country_code"),
        )
        if entry.colour is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", entry.colour):
            raise refusal(where, "colour", entry.colour, "#rrggbb or None")
        _check_outcome(where, entry)


def _check_outcome(where: str, entry: EntryRecord) -> None:
    _check_lengths(where, entry, ("classified", "status"))
    check_range(where, "position", entry.position, 1, MOST_SMALL)
    check_range(where, "grid", entry.grid, 0, MOST_SMALL)
    check_range(where, "laps", entry.laps, 0, MOST_SMALL)
    check_range(where, "points", entry.points, 0, MOST_SMALL)
    for field, time_ms in zip(("race_time_ms", "q1", "q2", "q3"), (entry.race_time_ms, *entry.q_ms), strict=True):
        check_range(where, field, time_ms, 0, MOST_WHOLE)


def check_range(where: str, field: str, value: float | None, least: int, most: int) -> None:
    """Raises unless `value` is None or a number from `least` to `most`; NaN is no number."""
    if value is not None and not least <= value <= most:
        raise refusal(where, field, value, f"{least} to {most}, or None")


def _check_lengths(where: str, record: EventRecord | EntryRecord, fields: tuple[str, ...]) -> None:
    for field in fields:
        text = getattr(record, field)
        if len(text) > LENGTHS[field]:
            raise refusal(where, field, text, f"at most {LENGTHS[field]} characters")


def check_utc(where: str, field: str, instant: datetime) -> None:
    """Raises unless `instant` is aware, and in UTC."""
    if instant.utcoffset() != timedelta(0):
        raise refusal(where, field, instant, "an aware datetime in UTC")


def refusal(where: str, field: str, value: object, wanted: str) -> ValueError:
    """What to raise for a record that is refused."""
    return ValueError(f"{where}: {field} is {value!r}; it must be {wanted}")
