"""The replays that the outside knows: those of sessions that no curator has hidden."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save

from replays.models import Replay
from seasons.stamps import touch_session


def published_replays() -> QuerySet[Replay]:
    """Also those that were replaced: who watches one may finish."""
    return Replay.objects.filter(session__published=True)


def notice_changes() -> None:
    """Have a session's stamp renewed with its replays. Once, when Django starts."""
    for signal in (post_save, post_delete):
        signal.connect(_replay_changed, sender=Replay, dispatch_uid="replays.published")


def _replay_changed(instance: Replay, **_kwargs: Any) -> None:
    touch_session(instance.session_id)
