from typing import Any

from django.http import HttpRequest

from seasons.admin.generic import ModelAdmin


class MachineWrittenAdmin(ModelAdmin):
    """Nothing to add and nothing to change: rows that machines write, to look at."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
