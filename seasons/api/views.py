"""The resources of the catalogue, declared."""

from typing import Any, ClassVar

from django.db.models import Count, F, OrderBy, Q

from core.api.fields import Choice
from core.api.names import ManyKeys, RelationKey
from core.api.views import ResourceViewSet
from seasons.api import catalogue_columns as catalogue
from seasons.api import session_columns as rows
from seasons.api.names import (
    CIRCUITS,
    DRIVERS,
    ENTRIES,
    EVENTS,
    SEASONS,
    SESSIONS,
    TEAMS,
    published_entries,
    published_sessions,
)
from seasons.models import (
    Circuit,
    Driver,
    Event,
    Lap,
    PitStop,
    RaceControl,
    Result,
    Season,
    SessionKind,
    SessionStatus,
    Stint,
    Team,
    TrackStatus,
    Weather,
)


class SeasonViewSet(ResourceViewSet):
    """Championship years."""

    queryset = Season.objects.annotate(event_count=Count("events"))
    serializer_class = catalogue.SeasonColumns
    names = SEASONS
    default_ordering = ("-year",)
    ordering_default = "-year"


class EventViewSet(ResourceViewSet):
    """Race weekends and tests, those to come included."""

    queryset = Event.objects.all()
    serializer_class = catalogue.EventColumns
    names = EVENTS
    search = ("key", "name", "official_name", "location", "country")
    default_ordering = ("date",)
    ordering_default = "date"


class SessionViewSet(ResourceViewSet):
    """Sessions, those to come included."""

    queryset = published_sessions()
    serializer_class = catalogue.SessionColumns
    names = SESSIONS
    search = ("key", "name", "event__name", "event__official_name", "event__location", "event__country")
    default_ordering: ClassVar[tuple[str | OrderBy, ...]] = (F("start").asc(nulls_last=True),)
    ordering_default = "start"


class CircuitViewSet(ResourceViewSet):
    """Race tracks."""

    queryset = Circuit.objects.all()
    serializer_class = catalogue.CircuitColumns
    names = CIRCUITS
    search = ("key", "name", "location", "country")
    default_ordering = ("name",)
    ordering_default = "name"
    filter_fields: ClassVar[dict[str, Any]] = {
        "season": ManyKeys(SEASONS, source="events.season.key", help_text="Raced on in it."),
    }


def entered() -> dict[str, Any]:
    """Filters of who takes part in sessions: where they were entered, as far as anybody may see it."""
    seen: dict[str, Any] = {"among": Q(entries__session__published=True), "help_text": "Entered in it."}
    return {
        "season": ManyKeys(SEASONS, source="entries.session.event.season.key", **seen),
        "event": ManyKeys(EVENTS, source="entries.session.event.key", **seen),
        "session": ManyKeys(SESSIONS, source="entries.session.key", **seen),
    }


class DriverViewSet(ResourceViewSet):
    """People who drive. Number, code and team are the entry's: they change with the years."""

    queryset = Driver.objects.all()
    serializer_class = catalogue.DriverColumns
    names = DRIVERS
    search = ("key", "full_name", "first_name", "last_name")
    default_ordering = ("last_name", "first_name")
    ordering_default = "last_name,first_name"
    filter_fields: ClassVar[dict[str, Any]] = entered()


class TeamViewSet(ResourceViewSet):
    """Constructors through the years."""

    queryset = Team.objects.all()
    serializer_class = catalogue.TeamColumns
    names = TEAMS
    search = ("key", "name")
    default_ordering = ("name",)
    ordering_default = "name"
    filter_fields: ClassVar[dict[str, Any]] = entered()


def of_session() -> dict[str, Any]:
    """Filters of all rows of sessions: in which sessions to look."""
    return {
        "season": RelationKey(SEASONS, source="session.event.season.key", help_text="Of its sessions."),
        "event": RelationKey(EVENTS, source="session.event.key", help_text="Of its sessions."),
        "kind": Choice(choices=SessionKind.choices, source="session.kind", help_text="Of sessions of that kind."),
    }


class EntryViewSet(ResourceViewSet):
    """Who drove in a session, for whom, with which number and colour."""

    queryset = published_entries()
    serializer_class = catalogue.EntryColumns
    names = ENTRIES
    search = ("code", "driver__key", "driver__full_name", "team_name")
    default_ordering = ("session_id", "pk")
    ordering_default = "session"
    filter_fields: ClassVar[dict[str, Any]] = of_session()


class ResultViewSet(ResourceViewSet):
    """How sessions ended, in official order."""

    queryset = Result.objects.filter(session__published=True)
    serializer_class = rows.ResultColumns
    search = ("entry__code", "entry__driver__key", "entry__driver__full_name", "entry__team_name", "status")
    default_ordering: ClassVar[tuple[str | OrderBy, ...]] = ("session_id", F("position").asc(nulls_last=True))
    ordering_default = "session,position"
    filter_fields: ClassVar[dict[str, Any]] = of_session()


class OfEntryViewSet(ResourceViewSet):
    """Rows of cars in sessions."""

    search = ("entry__code", "entry__driver__key", "entry__driver__full_name")
    filter_fields: ClassVar[dict[str, Any]] = {
        **of_session(),
        "team": RelationKey(TEAMS, source="entry.team.key", help_text="Of its cars."),
    }


class LapViewSet(OfEntryViewSet):
    """Laps, by session, car and number."""

    queryset = Lap.objects.filter(session__published=True)
    serializer_class = rows.LapColumns
    default_ordering = ("session_id", "entry_id", "lap_number")
    ordering_default = "session,driver_number,lap_number"


class StintViewSet(OfEntryViewSet):
    """Consecutive laps on one set of tyres."""

    queryset = Stint.objects.filter(session__published=True)
    serializer_class = rows.StintColumns
    default_ordering = ("session_id", "entry_id", "number")
    ordering_default = "session,driver_number,stint"


class PitStopViewSet(OfEntryViewSet):
    """Visits to the pit lane, from its entry to its exit."""

    queryset = PitStop.objects.filter(session__published=True)
    serializer_class = rows.PitStopColumns
    default_ordering = ("session_id", "pit_in_ms")
    ordering_default = "session,pit_in"


class WeatherViewSet(ResourceViewSet):
    """Readings of the circuit's weather station, about one a minute."""

    queryset = Weather.objects.filter(session__published=True)
    serializer_class = rows.WeatherColumns
    default_ordering = ("session_id", "t_ms")
    ordering_default = "session,time"
    filter_fields: ClassVar[dict[str, Any]] = of_session()


class TrackStatusViewSet(ResourceViewSet):
    """Periods of green, yellow and red, of safety cars and virtual ones."""

    queryset = TrackStatus.objects.filter(session__published=True)
    serializer_class = rows.TrackStatusColumns
    default_ordering = ("session_id", "start_ms")
    ordering_default = "session,time"
    filter_fields: ClassVar[dict[str, Any]] = of_session()


class RaceControlViewSet(ResourceViewSet):
    """Messages of race control, in its words."""

    queryset = RaceControl.objects.filter(session__published=True)
    serializer_class = rows.RaceControlColumns
    search = ("message",)
    default_ordering = ("session_id", "utc")
    ordering_default = "session,utc"
    filter_fields: ClassVar[dict[str, Any]] = of_session()


class SessionStatusViewSet(ResourceViewSet):
    """Starts, stoppages and ends of sessions."""

    queryset = SessionStatus.objects.filter(session__published=True)
    serializer_class = rows.SessionStatusColumns
    default_ordering = ("session_id", "t_ms")
    ordering_default = "session,time"
    filter_fields: ClassVar[dict[str, Any]] = of_session()


RESOURCES: dict[str, type[ResourceViewSet]] = {
    "seasons": SeasonViewSet,
    "events": EventViewSet,
    "sessions": SessionViewSet,
    "circuits": CircuitViewSet,
    "drivers": DriverViewSet,
    "teams": TeamViewSet,
    "entries": EntryViewSet,
    "results": ResultViewSet,
    "laps": LapViewSet,
    "stints": StintViewSet,
    "pit-stops": PitStopViewSet,
    "weather": WeatherViewSet,
    "track-status": TrackStatusViewSet,
    "race-control": RaceControlViewSet,
    "session-status": SessionStatusViewSet,
}
"""By the last part of their address."""
