"""The event of FastF1's schedule that an event of the catalogue is, whatever either is called by now.

For commands and workers: this imports FastF1.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from replays.loading import schedule
from seasons.event_matching import match_events
from seasons.keys import event_key
from seasons.models import Event as CatalogueEvent

if TYPE_CHECKING:
    from fastf1.events import Event


def scheduled_event(event: CatalogueEvent) -> "Event":
    """Found as an import of the calendar finds it: curators rename events, and so does F1.

    Raises LoadingError where the schedule has none such (any more), or cannot be had.
    """
    year = event.season.year
    scheduled = {}
    records = []
    for one in schedule.season_events(year):
        record = schedule.event_record(one)
        records.append(record)
        scheduled[event_key(year, record.name)] = one
    known = CatalogueEvent.objects.filter(season_id=event.season_id, is_demo=False).select_related("circuit")
    for key, match in match_events(records, list(known)).items():
        if match.pk == event.pk:
            return scheduled[key]
    return schedule.find_event(year, event.name, now=datetime.now(UTC))
