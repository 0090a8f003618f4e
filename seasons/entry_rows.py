"""Who takes part in a session, as rows."""

from collections.abc import Sequence

from django.apps import apps

from seasons.changes import put
from seasons.import_report import ImportReport
from seasons.models import Entry, Lap, PitStop, Result, Session, Stint
from seasons.participants import drivers_of, teams_of
from seasons.records import EntryRecord

FIELDS = ("driver", "team", "team_name", "code", "colour")


def put_entries(session: Session, records: Sequence[EntryRecord], report: ImportReport) -> bool:
    """Make the entries of `session` those of `records`; returns whether that changed any.

    Entries that are not among `records` any more are removed with their rows, unless they or any of those are locked.
    """
    drivers = drivers_of(records, session.event, report)
    teams = teams_of(records, report)
    gone = {entry.number: entry for entry in session.entries.select_related("driver", "team")}
    new, changed = [], []
    for record in records:
        values = {
            "driver": drivers[record.number],
            "team": teams.get(record.number),
            "team_name": record.team,
            "code": record.code,
            "colour": (record.colour or "").lower(),
        }
        entry = gone.pop(record.number, None)
        if entry is None:
            key = f"{session.key}-{record.number}"
            new.append(Entry(session=session, key=key, number=record.number, **values))
        elif put(entry, "entry", values, report):
            changed.append(entry)
    removed = _remove(list(gone.values()), report)
    Entry.objects.bulk_create(new)
    Entry.objects.bulk_update(changed, FIELDS)
    report.note("entry", added=len(new), changed=len(changed))
    return bool(new or changed or removed)


def _remove(gone: Sequence[Entry], report: ImportReport) -> bool:
    """Remove entries with all their rows, and count these too; returns whether there were any to remove."""
    if not gone:
        return False
    held = {entry.pk for entry in gone if entry.locked}
    for model in (Result, Lap, Stint, PitStop):
        held.update(model.objects.filter(entry__in=gone, locked=True).values_list("entry_id", flat=True))
    report.note("entry", kept=len(held))
    pks = [entry.pk for entry in gone if entry.pk not in held]
    _, by_label = Entry.objects.filter(pk__in=pks).delete()
    for label, count in by_label.items():
        report.note(str(apps.get_model(label)._meta.verbose_name), removed=count)
    return bool(pks)
