"""What the admin pages of rows within a session have in common: results, laps, weather and the like."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from seasons.admin.catalogue_admin import LockableAdmin
from seasons.admin.filters import OneEntry, OneSession
from seasons.admin.provenance import provenance_text

BY_SESSION = ("session__event__season", "session__kind")


class SessionRowAdmin(LockableAdmin):
    """Hundreds of thousands of rows: ordered by an index, and found by session. Whose a row is never changes."""

    show_facets = ShowFacets.NEVER
    list_filter: ClassVar[Any] = [OneSession, *BY_SESSION, "locked"]
    list_select_related: ClassVar[Any] = ["session__event"]
    search_fields = ["session__key"]
    ordering = ["-session_id", "pk"]
    raw_id_fields = ["session"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["session", "provenance"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = list(super().get_fields(request, obj))
        whose = [name for name in ("session", "entry", "provenance") if name in fields]
        return [*whose, *(name for name in fields if name not in whose)]

    def get_list_display(self, request: HttpRequest) -> Any:
        """Without the session where all rows are of one."""
        of_one = not {"session_id", "entry_id"}.isdisjoint(request.GET)
        columns = super().get_list_display(request)
        return [name for name in columns if not (of_one and name == "of_session")]

    @admin.display(description="where it came from")
    def provenance(self, row: Any) -> str:
        return provenance_text(row.session)

    @admin.display(description="session", ordering="session_id")
    def of_session(self, row: Any) -> str:
        return str(row.session)


class EntryRowAdmin(SessionRowAdmin):
    """Rows of an entry, whose session is theirs."""

    list_filter: ClassVar[Any] = [OneSession, OneEntry, *BY_SESSION, "locked"]
    list_select_related: ClassVar[Any] = ["entry__driver", "entry__team", "session__event"]
    search_fields = ["session__key", "entry__code", "entry__driver__full_name"]
    raw_id_fields = ["entry"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["session", "entry", "provenance"] if obj else []

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str] | None:
        return None if obj else ["session"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.session_id = obj.entry.session_id
        super().save_model(request, obj, form, change)

    @admin.display(description="car", ordering="entry_id")
    def car(self, row: Any) -> SafeString:
        colour = row.entry.colour or "#888888"
        swatch = (
            '<svg class="colour-swatch" viewBox="0 0 4 14" aria-hidden="true">'
            '<rect width="4" height="14" fill="{}"/></svg> {}'
        )
        return format_html(swatch, colour, row.entry)
