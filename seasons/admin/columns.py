"""Columns for lists and inlines that show a field in another way than Django's admin does."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from seasons.admin.badges import badge
from seasons.admin.durations import show_ms
from seasons.models import Session

Column = Callable[[Any], Any]
NOTHING = "-"


def column(name: str, description: str, shown: Column, *, empty: str = NOTHING) -> Column:
    """The field `name`, as `shown` makes of the row; the list sorts by the field. `empty` is shown for nothing."""

    @admin.display(description=description or name.replace("_", " "), ordering=name, empty_value=empty)
    def shown_field(row: Any) -> Any:
        value = shown(row)
        return empty if value is None else value  # Django would write None on pages, and its own sign in lists

    shown_field.__name__ = name  # Django makes the cell's CSS class of it
    return shown_field


def duration_column(name: str, description: str = "") -> Column:
    """Milliseconds as 1:23.456."""
    words = description or name.removesuffix("_ms").replace("_", " ")
    return column(name, words, lambda row: show_ms(getattr(row, name)))


def flag_column(name: str, tone: str, text: str = "") -> Column:
    """Yes or no: a badge where it is yes, nothing where it is not. Most rows are not, and a red cross would alarm."""
    shown = badge(text or name.replace("_", " ").capitalize(), tone)
    return column(name, "", lambda row: shown if getattr(row, name) else None, empty="")


def linked_column(name: str, description: str = "") -> Column:
    """The link to the row's own page."""
    return column(name, description, lambda row: _link(row, getattr(row, name)))


def _link(row: Any, value: Any) -> SafeString:
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', page, NOTHING if value is None else value)


def _hidden(session: Session) -> SafeString | None:
    return None if session.published else badge("Hidden", "warn", "The API and the viewer know nothing of it.")


def _deleted(lap: Any) -> SafeString | None:
    return badge("Deleted", "warn", lap.deleted_reason) if lap.deleted else None


NEW_OR_USED = {True: "new", False: "used"}

LOCKED = flag_column("locked", "busy")
HIDDEN = column("published", "hidden", _hidden, empty="")
DELETED = column("deleted", "", _deleted, empty="")
FRESH_TYRE = column("fresh_tyre", "tyre", lambda row: NEW_OR_USED.get(row.fresh_tyre))
