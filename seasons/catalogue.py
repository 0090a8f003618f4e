"""Filling the catalogue from records. Each import is one transaction, and idempotent: the same again writes nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from seasons.changes import fill_blanks, set_all, set_known
from seasons.event_matching import match_events
from seasons.import_report import ImportReport
from seasons.keys import event_key, slug
from seasons.models import Circuit, Entry, Event, Season, Session, SessionState, SourceKind
from seasons.participants import drivers_of, teams_of
from seasons.publication import state_at
from seasons.record_checks import check_calendar, check_entries, check_session
from seasons.records import EntryRecord, EventRecord, SessionRecord

GONE = "not in the calendar any more"


def import_session(
    record: SessionRecord, entries: Iterable[EntryRecord], *, source: str, fastf1_version: str
) -> ImportReport:
    """Put a loaded session with its event and entries into the catalogue, as available.

    `source` is a value of SourceKind. Entries that are not among `entries` any more are removed. Raises
    ValueError, naming the field, for records that make no sense; the catalogue is then as before.
    """
    # By car number: sources list entries in the order of the result, which no row may tell.
    by_number = sorted(entries, key=lambda entry: entry.number.zfill(4))
    check_session(record)
    check_entries(by_number)
    if source not in SourceKind.values:
        raise ValueError(f"source is {source!r}; it must be one of {', '.join(SourceKind.values)}")
    report = ImportReport()
    with transaction.atomic():
        session = _session_of(record, report)
        changed = set_known(session, **_session_fields(record)) | set_all(
            session,
            state=SessionState.AVAILABLE.value,
            state_reason="",
            source_kind=source,
            fastf1_version=fastf1_version,
        )
        if changed:
            _save_session(session, report)
        changed |= _put_entries(session, by_number, report)
        if changed:
            session.imported_at = timezone.now()
            session.save(update_fields=["imported_at"])
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
    with transaction.atomic():
        season = _locked_season(year, report)
        known = list(season.events.filter(is_demo=False).select_related("circuit"))
        event_records = {event_key(year, record.event.name): record.event for record in records}
        matched = match_events(event_records.values(), known)
        events = {key: _put_event(event, matched.get(key), season, report) for key, event in event_records.items()}
        rows = Session.objects.filter(event__in=known)
        unseen = {(session.event_id, session.kind): session for session in rows}
        new, changed = [], []
        for record in records:
            event = events[event_key(year, record.event.name)]
            session = unseen.pop((event.pk, record.kind), None)
            if session is None:
                session = _new_session(event, record)
                set_all(session, **_session_fields(record), state=state_at(record, now))
                new.append(session)
            elif set_known(session, **_session_fields(record)) | _follow_calendar(session, state_at(record, now)):
                changed.append(session)
        gone = [session for session in unseen.values() if session.imported_at is None]
        changed += [s for s in gone if set_all(s, state=SessionState.CANCELLED.value, state_reason=GONE)]
        _drop_round_numbers([event for event in known if event not in matched.values()], report)
        Session.objects.bulk_create(new)
        Session.objects.bulk_update(changed, ["name", "start", "utc_offset_s", "state", "state_reason"])
    report.note("session", added=len(new), changed=len(changed))
    return report


def mark_failed(record: SessionRecord, reason: str) -> ImportReport:
    """Remember why a session could not be imported. One that was imported before stays available."""
    check_session(record)
    report = ImportReport()
    with transaction.atomic():
        session = _session_of(record, report)
        if session.imported_at is not None:
            return report
        changed = set_known(session, **_session_fields(record)) | set_all(
            session,
            state=SessionState.FAILED.value,
            state_reason=reason[: Session._meta.get_field("state_reason").max_length] or "unknown",
        )
        if changed:
            _save_session(session, report)
    return report


def find_session(record: SessionRecord) -> Session | None:
    """The session of the catalogue that `record` speaks of, also under a name its event had before."""
    known = list(Event.objects.filter(season__year=record.event.year).select_related("circuit"))
    for event in match_events([record.event], known).values():
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
    known = list(season.events.select_related("circuit"))
    event = next(iter(match_events([record.event], known).values()), None)
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
    if set_known(event, **fields):
        event.save()
        report.note("event", changed=1)
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
    elif fill_blanks(circuit, **details):
        report.note("circuit", changed=1)
    return circuit


def _new_session(event: Event, record: SessionRecord) -> Session:
    return Session(event=event, kind=record.kind, key=f"{event.key}-{record.kind}")


def _session_fields(record: SessionRecord) -> dict[str, Any]:
    return {"name": record.name, "start": record.start, "utc_offset_s": record.utc_offset_s}


def _save_session(session: Session, report: ImportReport) -> None:
    is_new = session.pk is None
    session.save()
    report.note("session", added=is_new, changed=not is_new)


def _follow_calendar(session: Session, state: str) -> bool:
    """Move a session on to `state`, unless what an import said of it still holds; returns whether it changed."""
    failed_for_good = session.state == SessionState.FAILED and state == SessionState.AVAILABLE
    if session.imported_at is not None or failed_for_good:
        return False
    return set_all(session, state=state, state_reason="")


def _drop_round_numbers(gone: Sequence[Event], report: ImportReport) -> None:
    """Events that left the calendar lose their number, which is another's now, unless they were held."""
    renumbered = [event for event in gone if event.round_number is not None]
    held = set(
        Session.objects.filter(event__in=renumbered, imported_at__isnull=False).values_list("event_id", flat=True)
    )
    dropped = [event for event in renumbered if event.pk not in held and set_all(event, round_number=None)]
    Event.objects.bulk_update(dropped, ["round_number"])
    report.note("event", changed=len(dropped))


def _put_entries(session: Session, records: Sequence[EntryRecord], report: ImportReport) -> bool:
    """Make the entries of `session` those of `records`; returns whether that changed any."""
    drivers = drivers_of(records, session.event, report)
    teams = teams_of(records, report)
    gone = {entry.number: entry for entry in session.entries.select_related("driver", "team")}
    new, changed = [], []
    for record in records:
        fields = {
            "driver": drivers[record.number],
            "team": teams.get(record.number),
            "team_name": record.team,
            "code": record.code,
            "colour": (record.colour or "").lower(),
        }
        entry = gone.pop(record.number, None)
        if entry is None:
            key = f"{session.key}-{record.number}"
            new.append(Entry(session=session, key=key, number=record.number, **fields))
        elif set_all(entry, **fields):
            changed.append(entry)
    Entry.objects.filter(pk__in=[entry.pk for entry in gone.values()]).delete()
    Entry.objects.bulk_create(new)
    Entry.objects.bulk_update(changed, ["driver", "team", "team_name", "code", "colour"])
    report.note("entry", added=len(new), changed=len(changed), removed=len(gone))
    return bool(new or changed or gone)
