"""The replay of a session that can be watched now: ready, and of the schema that this server reads."""

from django.db.models import Q

from replays.artefact.model import SCHEMA_VERSION
from replays.models import ReplayState
from replays.published import published_replays

PLAYABLE = {"state": ReplayState.READY, "schema_version": SCHEMA_VERSION}


def playable_of(relation: str) -> Q:
    """The condition for replays that are reached by `relation`."""
    return Q(**{f"{relation}__{name}": value for name, value in PLAYABLE.items()})


def playable_replay(session_id: int) -> str | None:
    """Its id; None where there is none."""
    return published_replays().filter(session_id=session_id, **PLAYABLE).values_list("public_id", flat=True).first()
