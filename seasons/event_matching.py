"""Which event of the catalogue a record speaks of, whatever happened to the calendar in between."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from seasons.keys import event_key, slug
from seasons.models import Event
from seasons.records import EventRecord

SAME_WEEKEND = timedelta(days=3)
"""Two events at one circuit are at least a week apart (the double-headers of 2020, the tests of 2026)."""


def match_events(records: Iterable[EventRecord], known: Sequence[Event]) -> dict[str, Event]:
    """The event of `known` each record speaks of, by the record's key; records of new events are left out.

    The key decides: an event keeps its name when it moves to another round, date or place. Then the name an event
    has now, where it was renamed before. What is left over on both sides, at the same place in the same days, was
    renamed since. `known` are the events of the season, with their circuits.
    """
    unmatched = {event_key(record.year, record.name): record for record in records}
    left = list(known)
    matched: dict[str, Event] = {}
    for is_same in (_has_key, _has_name, _same_weekend):
        for key, record in list(unmatched.items()):
            event = next((event for event in left if is_same(event, record)), None)
            if event is not None:
                matched[key] = event
                left.remove(event)
                del unmatched[key]
    return matched


def _has_key(event: Event, record: EventRecord) -> bool:
    return event.key == event_key(record.year, record.name)


def _has_name(event: Event, record: EventRecord) -> bool:
    return slug(event.name) == slug(record.name)


def _same_weekend(event: Event, record: EventRecord) -> bool:
    return (
        event.is_testing == record.is_testing
        and event.is_demo == record.is_demo
        and abs(event.date - record.date.date()) <= SAME_WEEKEND
        and _same_place(event, record)
    )


def _same_place(event: Event, record: EventRecord) -> bool:
    if event.circuit is not None and event.circuit.f1_key is not None and record.circuit_key is not None:
        return event.circuit.f1_key == record.circuit_key
    return bool(record.location) and slug(event.location) == slug(record.location)
