"""What a curator should look at: each condition said once, for whoever lists, filters or counts."""

from datetime import timedelta

from django.apps import apps
from django.db.models import Count, Model, Q, Value
from django.utils import timezone

from seasons.models import SessionState
from seasons.models.locking import Lockable

LONGEST_UNTIL_PUBLISHED = timedelta(hours=12)
"""From the start: a day of tests takes ten hours, and one more until it is published."""


def missing() -> Q:
    """F1 has published them, and nobody has imported them."""
    return Q(state=SessionState.AVAILABLE, imported_at__isnull=True)


def import_failed() -> Q:
    return Q(state=SessionState.FAILED)


def overdue() -> Q:
    """Their time has passed, and they are still called scheduled or not published yet."""
    now = timezone.now()
    begun = Q(state=SessionState.SCHEDULED, start__lte=now)
    over = Q(state=SessionState.PENDING, start__lte=now - LONGEST_UNTIL_PUBLISHED)
    return begun | over


def hidden() -> Q:
    return Q(published=False)


def locked_counts() -> dict[type[Model], int]:
    """How many rows of each model a curator has locked, in one query; models without any are left out."""
    models = {model._meta.model_name: model for model in apps.get_app_config("seasons").get_models()}
    lockable = {name: model for name, model in models.items() if issubclass(model, Lockable)}
    first, *others = (
        model._default_manager.filter(locked=True)
        .order_by()
        .annotate(model_name=Value(name))
        .values("model_name")
        .annotate(count=Count("pk"))
        .values_list("model_name", "count")
        for name, model in lockable.items()
    )
    return {lockable[name]: count for name, count in first.union(*others, all=True) if count}
