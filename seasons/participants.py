"""Who an entry's driver and team are among those the catalogue knows.

Both are made and completed in the order of their names: two imports at once that want the same ones in another order
would wait for each other for ever.
"""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from django.db.models import Q

from seasons.changes import missing, save_put
from seasons.import_report import ImportReport
from seasons.keys import slug
from seasons.models import Driver, Entry, Event, Team
from seasons.records import EntryRecord

Participant = TypeVar("Participant", Driver, Team)


def drivers_of(entries: Sequence[EntryRecord], event: Event, report: ImportReport) -> dict[str, Driver]:
    """The driver of each entry by car number, made where nobody is known.

    Known by jolpica's id, else by the name, else (a name written the other way round) by the number and code
    this season. What is known of a driver is never overwritten, only completed: it may have been curated.
    """
    refs = {entry.number: _jolpica_ref(entry.driver_ref, entry.full_name) for entry in entries}
    keys = {slug(entry.full_name or entry.driver_ref) for entry in entries}
    known = _Known(Driver.objects.filter(Q(ref__in=set(refs.values()) - {""}) | Q(key__in=keys)))
    by_car: dict[tuple[str, str], Driver] | None = None
    found: dict[str, Driver] = {}
    for entry in sorted(entries, key=lambda entry: slug(entry.full_name or entry.driver_ref)):
        ref = refs[entry.number]
        name = entry.full_name or entry.driver_ref
        driver = known.find(ref, slug(name))
        if driver is None:
            by_car = _drivers_by_car(entries, event) if by_car is None else by_car
            same_car = by_car.get((entry.number, entry.code))
            driver = same_car if same_car is not None and _may_be(same_car, ref) else None
        known_of_them = {
            "ref": ref,
            "first_name": entry.first_name,
            "last_name": entry.last_name,
            "country_code": entry.country_code,
        }
        if driver is None:
            driver, created = Driver.objects.get_or_create(
                key=known.free_key(slug(name), ref), defaults={**known_of_them, "full_name": name}
            )
            report.note("driver", added=created)
        else:
            save_put(driver, "driver", missing(driver, known_of_them), report)
        known.remember(driver)
        found[entry.number] = driver
    return found


def teams_of(entries: Sequence[EntryRecord], report: ImportReport) -> dict[str, Team]:
    """The team of each entry by car number, made where none is known; no item where the entry names none.

    jolpica does not list reserve drivers, so theirs may be the only entry of a team without its id.
    """
    refs = {entry.number: _jolpica_ref(entry.team_ref, entry.team) for entry in entries}
    ref_of_name = {slug(entry.team): refs[entry.number] for entry in entries if refs[entry.number]}
    refs = {entry.number: refs[entry.number] or ref_of_name.get(slug(entry.team), "") for entry in entries}
    keys = {slug(entry.team or refs[entry.number]) for entry in entries} - {""}
    known = _Known(Team.objects.filter(Q(ref__in=set(refs.values()) - {""}) | Q(key__in=keys)))
    found: dict[str, Team] = {}
    for entry in sorted(entries, key=lambda entry: slug(entry.team)):
        ref = refs[entry.number]
        name = entry.team or ref
        if not slug(name):
            continue
        team = known.find(ref, slug(name))
        if team is None:
            team, created = Team.objects.get_or_create(
                key=known.free_key(slug(name), ref), defaults={"ref": ref, "name": name}
            )
            report.note("team", added=created)
        elif team not in found.values():
            save_put(team, "team", missing(team, {"ref": ref}), report)
        known.remember(team)
        found[entry.number] = team
    return found


class _Known(Generic[Participant]):
    """Drivers or teams by jolpica's id and by key."""

    def __init__(self, rows: Iterable[Participant]) -> None:
        self._by_ref: dict[str, Participant] = {}
        self._by_key: dict[str, Participant] = {}
        for row in rows:
            self.remember(row)

    def remember(self, row: Participant) -> None:
        self._by_key[row.key] = row
        if row.ref:
            self._by_ref[row.ref] = row

    def find(self, ref: str, key: str) -> Participant | None:
        if ref in self._by_ref:
            return self._by_ref[ref]
        namesake = self._by_key.get(key)
        return namesake if namesake is not None and _may_be(namesake, ref) else None

    def free_key(self, key: str, ref: str) -> str:
        """`key`, or where a namesake with another id has it, `key` and the id."""
        return key if key not in self._by_key else f"{key}-{slug(ref)}"


def _jolpica_ref(ref: str, name: str) -> str:
    """`ref`, or empty where it is only the name again: a source that has no id may make one of the name."""
    return "" if "-" in ref and ref == slug(name) else ref


def _may_be(row: Driver | Team, ref: str) -> bool:
    return not ref or row.ref in ("", ref)


def _drivers_by_car(entries: Sequence[EntryRecord], event: Event) -> dict[tuple[str, str], Driver]:
    """Who drove with these numbers and codes in other sessions of the season, invented ones apart."""
    seen = Entry.objects.filter(
        session__event__season_id=event.season_id,
        session__event__is_demo=event.is_demo,
        number__in=[entry.number for entry in entries],
    ).exclude(code="")
    return {(entry.number, entry.code): entry.driver for entry in seen.select_related("driver")}
