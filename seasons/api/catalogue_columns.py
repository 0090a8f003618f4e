"""What the API shows of who drove what, where and when. Nothing here depends on how a session ended."""

from core.api.columns import ColumnSerializer
from core.api.fields import Choice, Day, Instant, Integer, Text, YesNo
from core.api.names import RelationKey
from seasons.api import examples
from seasons.api.names import CIRCUITS, DRIVERS, EVENTS, SEASONS, SESSIONS, TEAMS
from seasons.models import SessionKind, SessionState, SourceKind

ID = "Stable and opaque."
KEY = "The name for people, in paths and filters as good as the id; never changes."


class SeasonColumns(ColumnSerializer):
    example = examples.SEASON

    id = Text(source="public_id", help_text=ID)
    key = Text(help_text=KEY)
    year = Integer(help_text="Calendar year of the championship.")
    events = Integer(source="event_count", help_text="How many there are, tests included.")


class CircuitColumns(ColumnSerializer):
    example = examples.CIRCUIT

    id = Text(source="public_id", help_text=ID)
    key = Text(help_text=KEY)
    name = Text(help_text="In short, as F1 and FastF1 call it.")
    location = Text(allow_null=True, help_text="Town or region.")
    country = Text(allow_null=True, help_text="In English.")


class EventColumns(ColumnSerializer):
    example = examples.EVENT

    id = Text(source="public_id", help_text=ID)
    key = Text(help_text=KEY)
    season = RelationKey(SEASONS, source="season.key", help_text="Key of the season: its year.")
    round = Integer(
        source="round_number",
        allow_null=True,
        help_text="Number in the calendar as it is now; null for tests and for events that left the calendar.",
    )
    name = Text(help_text="Without its year and its sponsors.")
    official_name = Text(allow_null=True, help_text="With its sponsors.")
    location = Text(allow_null=True, help_text="Town or region.")
    country = Text(allow_null=True, help_text="In English.")
    date = Day(help_text="Local day of the last session, which is the race at a Grand Prix.")
    circuit = RelationKey(
        CIRCUITS, source="circuit.key", allow_null=True, help_text="Key of the circuit; null until a session is loaded."
    )
    is_testing = YesNo(help_text="A test, not a Grand Prix.")
    is_demo = YesNo(help_text="Invented by the demo simulator.")


class SessionColumns(ColumnSerializer):
    example = examples.SESSION

    id = Text(source="public_id", help_text=ID)
    key = Text(help_text=KEY)
    season = RelationKey(SEASONS, source="event.season.key", help_text="Key of the season: its year.")
    event = RelationKey(EVENTS, source="event.key", help_text="Key of the event.")
    event_name = Text(source="event.name", help_text="Name of the event.")
    kind = Choice(choices=SessionKind.choices, help_text="What kind of session it is, in one word for all years.")
    name = Text(help_text="What F1 called it that year, e.g. Sprint Shootout.")
    start = Instant(allow_null=True, help_text="Scheduled start, UTC.")
    utc_offset = Integer(
        source="utc_offset_s", allow_null=True, help_text="Seconds the circuit's clock was ahead of UTC."
    )
    state = Choice(
        choices=SessionState.choices, help_text="`available`: it was held, and F1 has published it or will soon have."
    )
    state_reason = Text(allow_null=True, help_text="Why it failed or was cancelled.")
    source = Choice(  # type: ignore[assignment]  # a field; what a serializer has of that name is not used
        source="source_kind", choices=SourceKind.choices, allow_null=True, help_text="Null: not loaded."
    )
    imported_at = Instant(allow_null=True, help_text="The last import that changed anything, UTC; null: not loaded.")


class DriverColumns(ColumnSerializer):
    example = examples.DRIVER

    id = Text(source="public_id", help_text=ID)
    key = Text(help_text=KEY)
    full_name = Text(help_text="First and last name, as F1 writes them.")
    first_name = Text(allow_null=True, help_text="As F1 writes it.")
    last_name = Text(allow_null=True, help_text="As F1 writes it.")
    country_code = Text(allow_null=True, help_text="Three letters as F1 writes them, e.g. NED.")
    jolpica_id = Text(source="ref", allow_null=True, help_text="The driver's id at jolpica, e.g. max_verstappen.")


class TeamColumns(ColumnSerializer):
    example = examples.TEAM

    id = Text(source="public_id", help_text=ID)
    key = Text(help_text=KEY)
    name = Text(help_text="What it is mostly called; an entry has the name of its day.")
    jolpica_id = Text(source="ref", allow_null=True, help_text="The constructor's id at jolpica, e.g. red_bull.")


class EntryColumns(ColumnSerializer):
    example = examples.ENTRY

    id = Text(source="public_id", help_text=ID)
    key = Text(help_text=KEY)
    session = RelationKey(SESSIONS, source="session.key", help_text="Key of the session.")
    driver = RelationKey(DRIVERS, source="driver.key", help_text="Key of the driver.")
    code = Text(allow_null=True, help_text="Letters on the timing screen, e.g. NOR.")
    driver_number = Text(source="number", help_text="The car's number: digits, as text.")
    driver_name = Text(source="driver.full_name", help_text="Full name of the driver.")
    team = RelationKey(TEAMS, source="team.key", allow_null=True, help_text="Key of the team.")
    team_name = Text(allow_null=True, help_text="What the team was called in this session.")
    colour = Text(allow_null=True, help_text="The team's, as #rrggbb.")
