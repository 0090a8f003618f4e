"""The catalogue's page of sessions, with their replays and builds: what `seasons` knows nothing of."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from replays import attention
from replays.admin.build_requests import MAY_ASK, ask_for
from replays.admin.live_builds import live_build
from replays.admin.replays import size_text
from replays.models import Replay, ReplayState
from seasons.admin.columns import HIDDEN, LOCKED
from seasons.admin.sessions import SessionAdmin, SessionAttention
from seasons.models import Session


class ReplayAttention(SessionAttention):
    conditions = {
        **SessionAttention.conditions,
        "without-replay": ("Imported, no replay", attention.without_replay),
        "stale": ("Replay is stale", attention.stale),
    }


admin.site.unregister(Session)


@admin.register(Session)
class SessionWithReplayAdmin(SessionAdmin):
    list_display = [
        "__str__",
        "start",
        "state_badge",
        HIDDEN,
        LOCKED,
        "replay_link",
        "last_build",
        "source_kind",
        "imported_at",
    ]
    list_filter: ClassVar[Any] = [ReplayAttention, *SessionAdmin.list_filter[1:]]
    readonly_fields: ClassVar[Any] = [*SessionAdmin.readonly_fields, "replay_link", "last_build"]
    fieldsets: ClassVar[Any] = [
        *SessionAdmin.fieldsets[:2],
        ("Replay", {"fields": ["replay_link", "last_build"]}),
        *SessionAdmin.fieldsets[2:],
    ]
    actions = [*SessionAdmin.actions, "build_replays", "import_again"]

    class Media:
        css = {"all": ["replays/admin/live_builds.css"]}
        js = [Script("replays/admin/live_builds.js", type="module")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        ready = Replay.objects.filter(state=ReplayState.READY)
        builds = attention.latest_builds().select_related("replay")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                Prefetch("replays", queryset=ready, to_attr="ready_replays"),
                Prefetch("builds", queryset=builds, to_attr="last_builds"),
            )
        )

    def get_urls(self) -> list[URLPattern]:
        build = require_POST(self.admin_site.admin_view(self.build_one))
        return [path("<int:pk>/build/", build, name="seasons_session_build"), *super().get_urls()]

    def has_build_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY_ASK)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "can_build": self.has_build_permission(request)}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description="replay")
    def replay_link(self, session: Any) -> SafeString | str:
        for replay in getattr(session, "ready_replays", ()):
            title = f"{size_text(replay)}, built {replay.built_at:%Y-%m-%d %H:%M} UTC"
            return format_html('<a href="/replays/{}/" title="{}">Watch</a>', replay.public_id, title)
        return "-"

    @admin.display(description="last build")
    def last_build(self, session: Any) -> SafeString | str:
        for build in getattr(session, "last_builds", ()):
            details = reverse("admin:replays_build_change", args=[build.pk])
            return format_html('{} <a class="live-build__details" href="{}">Details</a>', live_build(build), details)
        return "-"

    @admin.action(description="Build replay", permissions=["build"])
    def build_replays(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        self._ask(request, list(queryset), refresh=False)

    @admin.action(description="Re-import: ask for the newest data, and build again", permissions=["build"])
    def import_again(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        self._ask(request, list(queryset), refresh=True)

    def build_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_build_permission(request):
            raise PermissionDenied
        self._ask(request, [get_object_or_404(Session, pk=pk)], refresh="refresh" in request.POST)
        return HttpResponseRedirect(reverse("admin:seasons_session_change", args=[pk]))

    def _ask(self, request: HttpRequest, sessions: list[Session], *, refresh: bool) -> None:
        ask_for(request, sessions, refresh=refresh)
        self.log_many(request, sessions, "Re-import asked for." if refresh else "Replay asked for.")
