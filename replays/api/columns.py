"""What the API shows of replays and builds, and of sessions beyond what the catalogue knows."""

from core.api.columns import ColumnSerializer
from core.api.fields import Choice, Document, Instant, Integer, Link, Number, Seconds, Text, YesNo
from core.api.names import RelationKey
from replays.api import examples
from replays.api.names import REPLAYS
from replays.models import BuildState, ReplayState
from seasons.api.catalogue_columns import SessionColumns
from seasons.api.names import EVENTS, SEASONS, SESSIONS
from seasons.models import SessionKind


class ReplayColumns(ColumnSerializer):
    example = examples.REPLAY

    id = Text(source="public_id", help_text="Made of the replay's content: another content has another id.")
    session = RelationKey(SESSIONS, source="session.key", help_text="Key of the session.")
    session_name = Text(source="session.name", help_text="What F1 called it that year, e.g. Sprint Shootout.")
    event = RelationKey(EVENTS, source="session.event.key", help_text="Key of the event.")
    event_name = Text(source="session.event.name", help_text="Name of the event.")
    season = RelationKey(SEASONS, source="session.event.season.key", help_text="Key of the season: its year.")
    kind = Choice(source="session.kind", choices=SessionKind.choices, help_text="Kind of the session.")
    year = Integer(source="session.event.season.year", help_text="Calendar year of the season.")
    state = Choice(
        choices=ReplayState.choices,
        help_text="`superseded`: a newer build took its place. Lists have the `ready` ones unless asked for others.",
    )
    t_start = Seconds(source="t_start_ms", help_text="Session time of the first moment, in seconds.")
    t_end = Seconds(source="t_end_ms", help_text="Session time of the last moment, in seconds.")
    lights_out = Seconds(
        source="lights_out_ms", allow_null=True, help_text="Session time of the start, in seconds; null: no race."
    )
    laps = Integer(allow_null=True, help_text="Of the race; null: no race.")
    capabilities = Document(help_text="What the session has, by feed: true, false, `partial` or `estimated`.")
    bytes = Integer(help_text="Size of the whole artefact as stored, in bytes.")
    schema_version = Integer(help_text="Version of the stored form.")
    built_at = Instant(help_text="When it was built, UTC.")
    websocket = Link("/ws/v1/replays/{}/", source="public_id", help_text="Path of the socket that plays it.")
    track = Link("/api/v1/replays/{}/track/", source="public_id", help_text="Path of its track.")
    page = Link("/replays/{}/", source="public_id", help_text="Path of the page that shows it.")


class ReplayDetailColumns(ReplayColumns):
    example = examples.REPLAY_DETAIL

    quality = Document(
        help_text="Verdict, reasons and figures: what is known to be less than whole, and how true the rest is."
    )


class ReplayedSessionColumns(SessionColumns):
    example = examples.REPLAYED_SESSION

    replay = RelationKey(
        REPLAYS,
        source="playable.public_id",
        allow_null=True,
        help_text="Id of the replay that is ready; null: there is none.",
    )


class BuildColumns(ColumnSerializer):
    example = examples.BUILD

    id = Text(source="public_id", help_text="Stable and opaque.")
    session = RelationKey(SESSIONS, source="session.key", help_text="Key of the session.")
    state = Choice(choices=BuildState.choices, help_text="Where it stands.")
    refresh = YesNo(help_text="Ask for the newest data, and build again also where a replay is ready.")
    requested_by = Text(allow_null=True, help_text="Who asked for it first; null: a command, for itself.")
    stage = Text(allow_null=True, help_text="What it is doing, or did last.")
    progress = Number(help_text="The share of the work that is done, from 0 to 1.")
    attempts = Integer(help_text="How often it was begun.")
    not_before = Instant(allow_null=True, help_text="Waits until then, UTC; null: for nothing.")
    cancel_requested = YesNo(help_text="It runs, and will soon be stopped.")
    queued_at = Instant(help_text="When it was asked for, UTC.")
    started_at = Instant(allow_null=True, help_text="When it was begun last, UTC.")
    finished_at = Instant(allow_null=True, help_text="When it ended, UTC; null: it waits or runs.")
    error = Text(allow_null=True, help_text="Why it failed, or has to be tried again.")
    report = Text(
        allow_null=True,
        help_text="What its import changed, rows by model; null: it has imported nothing yet, or had no need to.",
    )
    replay = RelationKey(
        REPLAYS,
        source="replay.public_id",
        allow_null=True,
        help_text="Id of what was built; null until it is done, and where the session has results alone.",
    )
