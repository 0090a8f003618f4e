"""What a curator should look at, of replays and builds: each condition said once for whoever lists or counts."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from replays.artefact.model import SCHEMA_VERSION
from replays.models import ACTIVE, Build, BuildState, Replay, ReplayState
from seasons.models import SourceKind


def without_replay() -> Q:
    """Sessions that were imported with their timing, and have no replay."""
    ready = Replay.objects.filter(session=OuterRef("pk"), state=ReplayState.READY)
    return Q(imported_at__isnull=False) & ~Q(source_kind=SourceKind.JOLPICA) & ~Q(Exists(ready))


def stale() -> Q:
    """Sessions whose replay is of another schema version, or older than the last import that changed anything.

    One whose build found that import to make no difference is not older.
    """
    ready = Replay.objects.filter(session=OuterRef("pk"), state=ReplayState.READY)
    older = ready.filter(built_at__lt=OuterRef("imported_at"))
    built_since = Build.objects.filter(
        session=OuterRef("pk"), state=BuildState.DONE, finished_at__gte=OuterRef("imported_at")
    )
    return Q(Exists(ready.exclude(schema_version=SCHEMA_VERSION))) | (Q(Exists(older)) & ~Q(Exists(built_since)))


def active_builds() -> QuerySet[Build]:
    """Those that wait or run, the running ones first."""
    return Build.objects.filter(state__in=ACTIVE).order_by(F("started_at").desc(nulls_last=True), "queued_at", "pk")


def failed_builds() -> QuerySet[Build]:
    """Those that failed, and were not followed by another of the session."""
    later = Build.objects.filter(session=OuterRef("session"), pk__gt=OuterRef("pk"))
    return Build.objects.filter(~Exists(later), state=BuildState.FAILED)


def latest_builds() -> QuerySet[Build]:
    """The last one of each session."""
    newest = Build.objects.filter(session=OuterRef("session")).order_by("-pk").values("pk")[:1]
    return Build.objects.filter(pk=Subquery(newest))
