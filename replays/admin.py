"""Replays and builds, to look at: both are written by machines. A replay can be deleted, with its artefact."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from replays.models import Build, Replay
from replays.storage import delete_artefact

if TYPE_CHECKING:  # Django's admin classes are generic to the type checker only
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

BYTES_A_MB = 1_000_000


class WrittenByMachines(ModelAdmin):
    """Nothing to add and nothing to change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Replay)
class ReplayAdmin(WrittenByMachines):
    list_display = ["public_id", "session", "state", "car_count", "laps", "megabytes", "build_seconds", "built_at"]
    list_filter = ["state", "schema_version", "session__kind", "session__event__season"]
    list_select_related = ["session__event"]
    search_fields = ["public_id", "session__key", "session__event__name"]
    date_hierarchy = "built_at"

    @admin.display(description="MB", ordering="bytes")
    def megabytes(self, replay: Replay) -> str:
        return f"{replay.bytes / BYTES_A_MB:.1f}"

    def delete_model(self, request: HttpRequest, obj: Replay) -> None:
        """The row first: a row without an artefact is a broken link, an artefact without a row only takes room."""
        obj.delete()
        transaction.on_commit(lambda: delete_artefact(obj.public_id))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Replay]) -> None:
        for replay in queryset:
            self.delete_model(request, replay)


@admin.register(Build)
class BuildAdmin(WrittenByMachines):
    list_display = ["session", "state", "stage", "host", "pid", "started_at", "finished_at", "error"]
    list_filter = ["state", "host"]
    list_select_related = ["session__event"]
    search_fields = ["session__key", "session__event__name", "error"]
    date_hierarchy = "started_at"
