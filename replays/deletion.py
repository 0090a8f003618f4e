"""A deleted replay takes its artefact with it, whoever deletes it: also a session that goes with all it has."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete

from replays.models import Replay
from replays.storage import delete_artefact
from seasons.stamps import touch_session


def notice_deletions() -> None:
    """Connect the signal, once, when Django starts."""
    post_delete.connect(_replay_deleted, sender=Replay, dispatch_uid="replays.deletion")


def _replay_deleted(instance: Replay, **_kwargs: Any) -> None:
    """After the commit: a row without an artefact is a broken link, an artefact without a row only takes room."""
    touch_session(instance.session_id)
    transaction.on_commit(partial(delete_artefact, instance.public_id), robust=True)
