from typing import Any

from django.http import HttpRequest

from seasons.admin.generic import TabularInline


class ReadOnlyInline(TabularInline):
    """Rows to look at. Each is changed on its own page, to which a `linked` column leads: there an edit is locked."""

    can_delete = False
    extra = 0
    classes = ["read-only-rows"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
