"""Filling the catalogue from records. Each import is one transaction, and idempotent: the same again writes nothing.

What a curator has locked is neither changed nor removed. A lock holds for the row, not for what is in it: a locked
session keeps its name, start and state, while its rows are imported unless they are locked themselves.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from seasons.changes import known, missing, put, save_put
from seasons.entry_rows import put_entries
from seasons.event_matching import match_events
from seasons.import_report import ImportReport
from seasons.keys import event_key, slug
from seasons.models import Circuit, Event, Season, Session, SessionState, SourceKind
from seasons.publication import state_at
from seasons.record_checks import check_calendar, check_entries, check_session
from seasons.records import EntryRecord, EventRecord, SessionRecord, SessionRows
from seasons.row_checks import check_rows
from seasons.session_rows import put_session_rows
from seasons.stamps import one_touch, touch_session

GONE = "not in the calendar any more"
NOTHING = SessionRows()


def import_session(
    record: SessionRecord,
    entries: Iterable[EntryRecord],
    *,
    source: str,
    fastf1_version: str,
    rows: SessionRows = NOTHING,
) -> ImportReport:
    """Put a loaded session with its event, entries, results and `rows` into the catalogue, as available.

    `source` is a value of SourceKind. Entries that are not among `entries` any more are removed, with their rows; of
    the rest, what the source has nothing of stays as it is. Raises ValueError, naming the field, for records that
    make no sense; the catalogue is then as before.
    """
    # By car number: sources list entries in the order of the result, which no row may tell.
    by_number = sorted(entries, key=lambda entry: entry.number.zfill(4))
    check_session(record)
    check_entries(by_number)
    check_rows(rows)
    if source not in SourceKind.values:
        raise ValueError(f"source is {source!r}; it must be one of {', '.join(SourceKind.values)}")
    report = ImportReport()
    with one_touch():
        session = _session_of(record, report)
        content = known(_session_fields(record)) | {"state": SessionState.AVAILABLE.value, "state_reason": ""}
        changed = _save_session(session, content, report, source_kind=source, fastf1_version=fastf1_version)
        changed |= put_entries(session, by_number, report)
        entry_ids = dict(session.entries.values_list("number", "pk"))
        changed |= put_session_rows(session, entry_ids, by_number, rows, report)
        if changed:
            Session.objects.filter(pk=session.pk).update(imported_at=timezone.now())
            touch_session(session.pk)
    return report


def import_calendar(year: int, sessions: Iterable[SessionRecord], *, now: datetime) -> ImportReport:
    """Put the whole calendar of `year` into the catalogue: all its events and sessions, also those to come.

    States are those at `now` (aware). Sessions that were imported keep theirs; those that are in the catalogue but
    not in `sessions` become cancelled, and come back when a later calendar has them again. Invented events are
    left alone. Raises ValueError, naming the field, for records that make no sense.
    """
    records = list(sessions)
    check_calendar(year, records)
    report = ImportReport()
    with one_touch():
        season = _locked_season(year, report)
        present = list(season.events.filter(is_demo=False).select_related("circuit"))
        event_records = {event_key(year, record.event.name): record.event for record in records}
        matched = match_events(event_records.values(), present)
        events = {key: _put_event(event, matched.get(key), season, report) for key, event in event_records.items()}
        sessions_present = Session.objects.filter(event__in=present)
        unseen = {(session.event_id, session.kind): session for session in sessions_present}
        new, changed = [], []
        for record in records:
            event = events[event_key(year, record.event.name)]
            session = unseen.pop((event.pk, record.kind), None)
            if session is None:
                new.append(_new_session(event, record, **_session_fields(record), state=state_at(record, now)))
                continue
            values = known(_session_fields(record)) | _state_by_calendar(session, state_at(record, now))
            if put(session, "session", values, report):
                changed.append(session)
        gone = [session for session in unseen.values() if session.imported_at is None]
        cancelled = {"state": SessionState.CANCELLED.value, "state_reason": GONE}
        changed += [session for session in gone if put(session, "session", cancelled, report)]
        _drop_round_numbers([event for event in present if event not in matched.values()], report)
        Session.objects.bulk_create(new)
        Session.objects.bulk_update(changed, ["name", "start", "utc_offset_s", "state", "state_reason"])
        for session in (*new, *changed):
            touch_session(session.pk)
    report.note("session", added=len(new), changed=len(changed))
    return report


def mark_failed(record: SessionRecord, reason: str) -> ImportReport:
    """Remember why a session could not be imported. One that was imported before stays available."""
    check_session(record)
    report = ImportReport()
    with one_touch():
        session = _session_of(record, report)
        if session.imported_at is not None:
            return report
        failed = {
            "state": SessionState.FAILED.value,
            "state_reason": reason[: Session._meta.get_field("state_reason").max_length] or "unknown",
        }
        _save_session(session, known(_session_fields(record)) | failed, report)
    return report


def find_session(record: SessionRecord) -> Session | None:
    """The session of the catalogue that `record` speaks of, also under a name its event had before."""
    events = list(Event.objects.filter(season__year=record.event.year).select_related("circuit"))
    for event in match_events([record.event], events).values():
        return event.sessions.filter(kind=record.kind).first()
    return None


def _locked_season(year: int, report: ImportReport) -> Season:
    """The season, locked until the transaction ends, so that two imports do not make the same event twice."""
    _, created = Season.objects.get_or_create(year=year, defaults={"key": str(year)})
    report.note("season", added=created)
    return Season.objects.select_for_update().get(year=year)


def _session_of(record: SessionRecord, report: ImportReport) -> Session:
    """The session `record` speaks of, with its event up to date; not saved yet where it is new."""
    season = _locked_season(record.event.year, report)
    events = list(season.events.select_related("circuit"))
    event = next(iter(match_events([record.event], events).values()), None)
    event = _put_event(record.event, event, season, report)
    return event.sessions.filter(kind=record.kind).first() or _new_session(event, record)


def _put_event(record: EventRecord, event: Event | None, season: Season, report: ImportReport) -> Event:
    fields = {
        "name": record.name,
        "official_name": record.official_name,
        "location": record.location,
        "country": record.country,
        "date": record.date.date(),
        "round_number": record.round_number,
        "is_testing": record.is_testing,
        "is_demo": record.is_demo,
        "circuit": _circuit_of(record, report),
    }
    if event is None:
        report.note("event", added=1)
        return Event.objects.create(season=season, key=event_key(record.year, record.name), **fields)
    save_put(event, "event", known(fields), report)
    return event


def _circuit_of(record: EventRecord, report: ImportReport) -> Circuit | None:
    """The circuit by F1's key, else by its name; None where the record knows neither."""
    name = record.circuit_name or (f"Circuit {record.circuit_key}" if record.circuit_key is not None else "")
    if not slug(name):
        return None
    namesake = Circuit.objects.filter(key=slug(name)).first()
    circuit = namesake
    if record.circuit_key is not None:
        circuit = Circuit.objects.filter(f1_key=record.circuit_key).first()
        if circuit is None and namesake is not None and namesake.f1_key is None:
            circuit = namesake
    details = {"f1_key": record.circuit_key, "location": record.location, "country": record.country}
    if circuit is None:
        key = slug(name) if namesake is None else f"{slug(name)}-{record.circuit_key}"
        circuit, created = Circuit.objects.get_or_create(key=key, defaults={"name": name, **details})
        report.note("circuit", added=created)
    else:
        save_put(circuit, "circuit", missing(circuit, details), report)
    return circuit


def _new_session(event: Event, record: SessionRecord, **values: Any) -> Session:
    return Session(event=event, kind=record.kind, key=f"{event.key}-{record.kind}", **values)


def _session_fields(record: SessionRecord) -> dict[str, Any]:
    return {"name": record.name, "start": record.start, "utc_offset_s": record.utc_offset_s}


def _save_session(session: Session, content: dict[str, Any], report: ImportReport, **provenance: str) -> bool:
    """Set the fields and save where that changed any; returns whether.

    A lock keeps the content; the provenance says where the rows came from, which no curator knows better.
    """
    if session.pk is None:
        for name, value in (content | provenance).items():
            setattr(session, name, value)
        session.save()
        report.note("session", added=1)
        return True
    fields = put(session, "session", content, report)
    for name, value in provenance.items():
        if getattr(session, name) != value:
            setattr(session, name, value)
            fields.append(name)
    if fields:
        session.save(update_fields=fields)  # never its stamp, which another may have renewed
        report.note("session", changed=1)
    return bool(fields)


def _state_by_calendar(session: Session, state: str) -> dict[str, str]:
    """The state that the calendar gives a session: none where what an import said of it still holds."""
    failed_for_good = session.state == SessionState.FAILED and state == SessionState.AVAILABLE
    if session.imported_at is not None or failed_for_good:
        return {}
    return {"state": state, "state_reason": ""}


def _drop_round_numbers(gone: Sequence[Event], report: ImportReport) -> None:
    """Events that left the calendar lose their number, which is another's now, unless they were held."""
    renumbered = [event for event in gone if event.round_number is not None]
    held = set(
        Session.objects.filter(event__in=renumbered, imported_at__isnull=False).values_list("event_id", flat=True)
    )
    for event in renumbered:
        if event.pk not in held:
            save_put(event, "event", {"round_number": None}, report)
