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
}
"""Most characters a text may have; the columns of the models are as wide or wider."""


def check_event(event: EventRecord) -> None:
    where = f"event '{event.name}' of {event.year}"
    if not FIRST_YEAR <= event.year <= LAST_YEAR:
        raise _refusal(where, "year", event.year, f"{FIRST_YEAR} to {LAST_YEAR}")
    if not slug(event.name):
        raise _refusal(where, "name", event.name, "a name with letters or digits")
    _check_lengths(where, event, ("name", "official_name", "location", "country", "circuit_name"))
    _check_utc(where, "date", event.date)
    if event.round_number is not None and event.round_number < 1:
        raise _refusal(where, "round_number", event.round_number, "1 or more, or None")
    if event.is_testing and event.round_number is not None:
        raise _refusal(where, "round_number", event.round_number, "None for a test")
    if event.circuit_key is not None and event.circuit_key < 0:
        raise _refusal(where, "circuit_key", event.circuit_key, "0 or more, or None")


def check_session(session: SessionRecord) -> None:
    check_event(session.event)
    where = f"session '{session.name}' of {session.event.name} {session.event.year}"
    if session.kind not in SESSION_KINDS:
        raise _refusal(where, "kind", session.kind, f"one of {', '.join(SESSION_KINDS)}")
    if not 1 <= len(session.name) <= 100:
        raise _refusal(where, "name", session.name, "1 to 100 characters")
    if session.start is not None:
        _check_utc(where, "start", session.start)
    if session.utc_offset_s is not None and abs(session.utc_offset_s) > MAX_UTC_OFFSET_S:
        raise _refusal(where, "utc_offset_s", session.utc_offset_s, f"at most {MAX_UTC_OFFSET_S} s either way")


def check_calendar(year: int, sessions: Sequence[SessionRecord]) -> None:
    """Every record by itself; all of `year`, and no session twice."""
    if not sessions:
        raise ValueError(f"calendar of {year}: sessions is empty; that would cancel the whole season")
    events: dict[str, EventRecord] = {}
    seen: set[tuple[str, str]] = set()
    for session in sessions:
        check_session(session)
        if session.event.year != year:
            raise _refusal(f"calendar of {year}", "year", session.event.year, str(year))
        key = slug(session.event.name)
        if events.setdefault(key, session.event) != session.event:
            raise _refusal(f"calendar of {year}", "name", session.event.name, "a name of its own for each event")
        if (key, session.kind) in seen:
            raise _refusal(f"calendar of {year}", "kind", session.kind, f"once in {session.event.name}")
        seen.add((key, session.kind))


def check_entries(entries: Sequence[EntryRecord]) -> None:
    numbers: set[str] = set()
    for entry in entries:
        where = f"entry {entry.number or '?'} {entry.full_name}".rstrip()
        if not re.fullmatch(r"[0-9]{1,4}", entry.number):
            raise _refusal(where, "number", entry.number, "1 to 4 digits")
        if entry.number in numbers:
            raise _refusal(where, "number", entry.number, "once in a session")
        numbers.add(entry.number)
        if not slug(entry.full_name) and not slug(entry.driver_ref):
            raise _refusal(where, "full_name", entry.full_name, "a name, where driver_ref is empty too")
        _check_lengths(
            where,
            entry,
            ("code", "first_name", "last_name", "full_name", "driver_ref", "team", "team_ref", "country_code"),
        )
        if entry.colour is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", entry.colour):
            raise _refusal(where, "colour", entry.colour, "#rrggbb or None")


def _check_lengths(where: str, record: EventRecord | EntryRecord, fields: tuple[str, ...]) -> None:
    for field in fields:
        text = getattr(record, field)
        if len(text) > LENGTHS[field]:
            raise _refusal(where, field, text, f"at most {LENGTHS[field]} characters")


def _check_utc(where: str, field: str, instant: datetime) -> None:
    if instant.utcoffset() != timedelta(0):
        raise _refusal(where, field, instant, "an aware datetime in UTC")


def _refusal(where: str, field: str, value: object, wanted: str) -> ValueError:
    return ValueError(f"{where}: {field} is {value!r}; it must be {wanted}")
