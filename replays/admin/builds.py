"""Builds: how far each is, live; cancelling them and trying again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from replays import attention
from replays.admin.build_requests import MAY_ASK, MAY_CANCEL, ask_for
from replays.admin.live_builds import build_facts, live_build
from replays.admin.machine_written import MachineWrittenAdmin
from replays.models import ACTIVE, Build, BuildState
from replays.queue import request_cancel

MOST_AT_ONCE = 200
"""Builds that a page may ask for: as many as are on one."""

TO_TRY_AGAIN = (BuildState.FAILED, BuildState.CANCELLED)


class BuildAttention(admin.SimpleListFilter):
    """The start page's groups link here."""

    title = "what wants a look"
    parameter_name = "attention"
    CHOICES: ClassVar[dict[str, tuple[str, Callable[[], QuerySet[Build]]]]] = {
        "active": ("Waiting or running", attention.active_builds),
        "failed": ("Failed, not tried again", attention.failed_builds),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, title) for name, (title, _) in self.CHOICES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Build]) -> QuerySet[Build]:
        asked = self.CHOICES.get(self.value() or "")
        return queryset.filter(pk__in=asked[1]().order_by().values("pk")) if asked else queryset


@admin.register(Build)
class BuildAdmin(MachineWrittenAdmin):
    list_display = ["session", "progress_line", "asked_for", "requested_by", "attempts", "queued_at", "took"]
    list_filter = [BuildAttention, "state", "refresh", "session__event__season", "session__kind"]
    list_select_related = ["session__event", "replay"]
    search_fields = ["public_id", "session__key", "session__event__name", "requested_by", "error"]
    date_hierarchy = "queued_at"
    ordering = ["-queued_at", "-pk"]
    fieldsets = [
        (None, {"fields": ["session", "own_progress_line", "error", "report"]}),
        ("Asked for", {"fields": [("requested_by", "queued_at"), "refresh", "public_id"]}),
        ("Carried out", {"fields": [("started_at", "finished_at"), "took", "attempts", "not_before", "replay"]}),
        ("Worker", {"fields": [("host", "pid"), ("lease_until", "progress_at")], "classes": ["collapse"]}),
    ]
    actions = ["cancel", "try_again"]

    class Media:
        css = {"all": ["seasons/admin/catalogue.css", "replays/admin/live_builds.css"]}
        js = [Script("replays/admin/live_builds.js", type="module")]

    def get_urls(self) -> list[URLPattern]:
        progress, cancel, again = (
            self.admin_site.admin_view(view) for view in (self.progress, self.cancel_one, self.try_one_again)
        )
        own = [
            path("progress/", require_safe(progress), name="replays_build_progress"),
            path("<int:pk>/cancel/", require_POST(cancel), name="replays_build_cancel"),
            path("<int:pk>/again/", require_POST(again), name="replays_build_again"),
        ]
        return [*own, *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Build | None = None) -> bool:
        """One that waits or runs is cancelled first: its worker would be left with half an artefact."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.state not in ACTIVE)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY_CANCEL)

    def has_ask_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY_ASK)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        build = self.get_object(request, object_id)
        can_do = {
            "can_cancel": build is not None and build.state in ACTIVE and self.has_cancel_permission(request),
            "can_try_again": build is not None and build.state in TO_TRY_AGAIN and self.has_ask_permission(request),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **can_do})

    @admin.display(description="progress", ordering="state")
    def progress_line(self, build: Build) -> SafeString:
        return live_build(build)

    @admin.display(description="progress")
    def own_progress_line(self, build: Build) -> SafeString:
        return live_build(build, reload_at_end=True)

    @admin.display(description="asked for", ordering="refresh")
    def asked_for(self, build: Build) -> str:
        return "Re-import" if build.refresh else "Replay"

    @admin.display(description="took")
    def took(self, build: Build) -> str:
        if build.started_at is None or build.finished_at is None:
            return "-"
        return f"{(build.finished_at - build.started_at) / timedelta(seconds=1):.1f}\N{NO-BREAK SPACE}s"

    @admin.action(description="Cancel", permissions=["cancel"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Build]) -> None:
        cancelled = sum(request_cancel(build) for build in queryset)
        if cancelled:
            self.message_user(request, f"{cancelled} build{'' if cancelled == 1 else 's'} cancelled.", messages.SUCCESS)
        ended = queryset.count() - cancelled
        if ended:
            self.message_user(request, f"{ended} had ended already.", messages.WARNING)

    @admin.action(description="Try again", permissions=["ask"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Build]) -> None:
        failed = queryset.filter(state__in=TO_TRY_AGAIN).select_related("session__event")
        for refresh in (False, True):
            ask_for(request, [build.session for build in failed if build.refresh == refresh], refresh=refresh)
        others = queryset.count() - len(failed)
        if others:
            self.message_user(request, f"{others} neither failed nor was cancelled.", messages.WARNING)

    def progress(self, request: HttpRequest) -> JsonResponse:
        """How far the builds `?id=...&id=...` are, for the pages that show them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.getlist("id")[:MOST_AT_ONCE]
        builds = Build.objects.filter(public_id__in=asked).select_related("replay")
        return JsonResponse({"builds": [build_facts(build) for build in builds]})

    def cancel_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_cancel_permission(request):
            raise PermissionDenied
        get_object_or_404(Build, pk=pk)
        self.cancel(request, Build.objects.filter(pk=pk))
        return HttpResponseRedirect(reverse("admin:replays_build_change", args=[pk]))

    def try_one_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_ask_permission(request):
            raise PermissionDenied
        build = get_object_or_404(Build.objects.select_related("session__event"), pk=pk)
        asked = ask_for(request, [build.session], refresh=build.refresh)
        return HttpResponseRedirect(reverse("admin:replays_build_change", args=[asked[0].pk]))
