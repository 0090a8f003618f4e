"""What the admin's start page says: what is under way, failed, missing, stale, hidden or locked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from replays import attention as replay_attention
from replays.admin.live_builds import live_build
from replays.models import Build, BuildState
from seasons import attention
from seasons.models import Session

SHOWN = 10
COUNTED = 1000
"""Beyond it a group says "more than": counting on would cost, and tell a curator nothing new."""

WAITS_LONG = timedelta(seconds=30)
"""A worker looks for work every second."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a group: what it is, where it leads, and what there is to say; `live` keeps itself up to date."""

    text: str
    url: str
    detail: str = ""
    live: SafeString | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The first of the rows that are alike; `count` says how many there are."""

    title: str
    explanation: str
    tone: str
    items: list[Item]
    count: str
    all_url: str


@dataclass(frozen=True, slots=True)
class LockedRows:
    name: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class SessionKindOfGroup:
    """`name` is that of the filter in the list of sessions."""

    name: str
    title: str
    explanation: str
    tone: str
    condition: Callable[[], Q]


SESSION_GROUPS = (
    SessionKindOfGroup(
        "import-failed", "Imports that failed", "Re-import tries again.", "bad", attention.import_failed
    ),
    SessionKindOfGroup(
        "missing", "Not imported", "F1 has published them; re-import brings them in.", "warn", attention.missing
    ),
    SessionKindOfGroup(
        "without-replay", "Without a replay", "Imported, with timing.", "warn", replay_attention.without_replay
    ),
    SessionKindOfGroup(
        "stale",
        "Stale replays",
        "Older than the session's last import, or of an older format: build them again by re-import.",
        "warn",
        replay_attention.stale,
    ),
    SessionKindOfGroup(
        "overdue",
        "Time has passed",
        "Still called scheduled, or not published: a worker sees to that, unless they are locked.",
        "warn",
        attention.overdue,
    ),
    SessionKindOfGroup("hidden", "Hidden", "The API and the viewer know nothing of them.", "quiet", attention.hidden),
)


def start_page(site: AdminSite, request: HttpRequest) -> dict[str, Any]:
    """The context of the start page: only what the user may see."""
    groups: list[Group | None] = []
    sees_builds, sees_sessions = may_view(site, request, Build), may_view(site, request, Session)
    if sees_builds:
        groups += [_builds_under_way(), _failed_builds()]
    if sees_sessions:
        groups += [_sessions(kind) for kind in SESSION_GROUPS]
    return {
        "attention": [group for group in groups if group is not None],
        "sees_attention": sees_builds or sees_sessions,
        "nobody_works": sees_builds and nobody_works(),
        "locked": [
            LockedRows(_name(model, count), count, f"{_list_of(model)}?locked__exact=1")
            for model, count in attention.locked_counts().items()
            if may_view(site, request, model)
        ],
    }


def may_view(site: AdminSite, request: HttpRequest, model: type[Model]) -> bool:
    return site.get_model_admin(model).has_view_permission(request)


def nobody_works() -> bool:
    """Whether builds are due, and no worker takes them."""
    now = timezone.now()
    due = Build.objects.filter(Q(not_before__isnull=True) | Q(not_before__lte=now - WAITS_LONG))
    waits = due.filter(state=BuildState.QUEUED, queued_at__lte=now - WAITS_LONG)
    return waits.exists() and not Build.objects.filter(state=BuildState.RUNNING).exists()


def _builds_under_way() -> Group | None:
    return _build_group(
        "active", "Builds under way", "Running, or waiting for a worker.", "busy", replay_attention.active_builds()
    )


def _failed_builds() -> Group | None:
    failed = replay_attention.failed_builds().order_by(F("finished_at").desc(nulls_last=True), "-pk")
    return _build_group("failed", "Builds that failed", "And were not tried again.", "bad", failed)


def _build_group(name: str, title: str, explanation: str, tone: str, builds: QuerySet[Build]) -> Group | None:
    rows = list(builds.select_related("session__event", "replay")[: SHOWN + 1])
    items = [
        Item(str(build.session), reverse("admin:replays_build_change", args=[build.pk]), live=live_build(build))
        for build in rows[:SHOWN]
    ]
    return _group(title, explanation, tone, items, _count(builds, rows), f"{_list_of(Build)}?attention={name}")


def _sessions(kind: SessionKindOfGroup) -> Group | None:
    sessions = Session.objects.filter(kind.condition())
    newest = sessions.select_related("event").order_by(F("start").desc(nulls_last=True), "-pk")
    rows = list(newest[: SHOWN + 1])
    items = [
        Item(str(session), reverse("admin:seasons_session_change", args=[session.pk]), _detail(session))
        for session in rows[:SHOWN]
    ]
    all_url = f"{_list_of(Session)}?attention={kind.name}"
    return _group(kind.title, kind.explanation, kind.tone, items, _count(sessions, rows), all_url)


def _detail(session: Session) -> str:
    if session.state_reason:
        return session.state_reason
    return f"{session.start:%Y-%m-%d %H:%M} UTC" if session.start else ""


def _group(title: str, explanation: str, tone: str, items: list[Item], count: str, all_url: str) -> Group | None:
    return Group(title, explanation, tone, items, count, all_url) if items else None


def _count(rows: QuerySet[Any], first: list[Any]) -> str:
    """How many there are of `rows`, of which `first` are the first; asks only where that leaves it open."""
    if len(first) <= SHOWN:
        return str(len(first))
    count = rows.order_by()[: COUNTED + 1].count()
    return str(count) if count <= COUNTED else f"more than {COUNTED}"


def _list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _name(model: type[Model], count: int) -> str:
    return str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural)
