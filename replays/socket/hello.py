"""The first words to a viewer: who plays what, with which cars and columns."""

from dataclasses import dataclass
from typing import Any

from replays.artefact.manifest import Manifest
from replays.columns import BY_NAME
from replays.playing.binary_frames import described_columns
from replays.playing.room import Room
from replays.playing.snapshot import seconds
from replays.playing.viewer import Viewer
from replays.published import published_replays
from replays.socket.query import Offered

PROTOCOL = "f1replay.v1"


@dataclass(frozen=True, slots=True)
class ReplayFacts:
    """What the catalogue says of a replay."""

    id: str
    session_key: str
    session_name: str
    kind: str
    event_name: str
    year: int
    is_demo: bool


def replay_facts(replay_id: str) -> ReplayFacts | None:
    """Blocking: one query. None for a replay that is not there or is hidden, whatever the id looks like."""
    if "\0" in replay_id:
        return None  # PostgreSQL cannot be asked for it
    replay = published_replays().select_related("session__event__season").filter(public_id=replay_id).first()
    if replay is None:
        return None
    session, event = replay.session, replay.session.event
    return ReplayFacts(
        replay.public_id, session.key, session.name, session.kind, event.name, event.season.year, event.is_demo
    )


def offered(manifest: Manifest, fps: int, *, binary: bool) -> Offered:
    return Offered(manifest.column_names, tuple(car["number"] for car in manifest.cars), fps, binary)


def hello_message(room: Room, facts: ReplayFacts, viewer: Viewer, state: dict[str, Any]) -> dict[str, Any]:
    manifest, variant, people = room.timeline.manifest, viewer.variant, room.hub.people
    document = manifest.document
    lights_out_ms = document.get("lights_out_ms")
    said = {
        "type": "hello",
        "protocol": PROTOCOL,
        "room": room.id,
        "role": "host" if people.host == viewer.id else "viewer",
        "control": people.control,
        "fps": variant.fps,
        "batch": variant.batch,
        "replay": {
            "id": facts.id,
            "session": facts.session_key,
            "event": facts.event_name,
            "session_name": facts.session_name,
            "kind": facts.kind,
            "year": facts.year,
            "is_demo": facts.is_demo,
            "t_start": seconds(manifest.t_start_ms),
            "t_end": seconds(manifest.t_end_ms),
            "lights_out": None if lights_out_ms is None else seconds(lights_out_ms),
            "laps": document.get("laps"),
            "capabilities": document["capabilities"],
        },
        "cars": [manifest.cars[index] for index in variant.cars],
        "columns": [BY_NAME[name].described() for name in variant.columns],
        "track": f"/api/v1/replays/{facts.id}/track/",
        "state": state,
    }
    return said | {"binary_columns": described_columns(manifest.column_names)} if variant.binary else said
