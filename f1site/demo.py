"""Where the demo race is to be seen."""

from replays.artefact.model import SCHEMA_VERSION
from replays.models import Replay, ReplayState


def demo_path() -> str | None:
    """Path of the page on which the demo race plays; None until a replay of it is ready that this version reads."""
    ready = Replay.objects.filter(
        session__event__is_demo=True, state=ReplayState.READY, schema_version=SCHEMA_VERSION
    ).first()
    return None if ready is None else f"/replays/{ready.public_id}/"
