"""Sessions of the catalogue for tests that need them to be there, and nothing of what is in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from seasons.models import Event, Season, Session

FIRST_START = datetime(2024, 3, 2, 15, tzinfo=UTC)


def catalogued_session(number: int = 1, **fields: Any) -> Session:
    """The race of the invented Grand Prix `number`, a week later each; `fields` are those of the session."""
    start = FIRST_START + timedelta(weeks=number)
    season, _ = Season.objects.get_or_create(year=start.year, defaults={"key": str(start.year)})
    name = f"Invented {number} Grand Prix"
    event = Event.objects.create(
        season=season, key=f"{start.year}-invented-{number}-grand-prix", name=name, date=start.date()
    )
    defaults = {"kind": "race", "name": "Race", "start": start, "state": "available"}
    return Session.objects.create(event=event, key=f"{event.key}-race", **{**defaults, **fields})
