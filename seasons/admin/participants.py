"""Drivers, teams, and their entries in sessions."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from seasons.admin.calendar import IDENTITY
from seasons.admin.catalogue_admin import LockableAdmin
from seasons.admin.columns import DELETED, FRESH_TYRE, LOCKED, duration_column, linked_column
from seasons.admin.filters import OneSession
from seasons.admin.keyed_form import KeyedForm
from seasons.admin.provenance import provenance_text
from seasons.admin.read_only_inline import ReadOnlyInline
from seasons.admin.session_rows import BY_SESSION
from seasons.keys import slug
from seasons.models import Driver, Entry, Lap, PitStop, Stint, Team


class DriverForm(KeyedForm):
    @staticmethod
    def key_of(row: Driver) -> str:
        return slug(row.full_name)


class TeamForm(KeyedForm):
    @staticmethod
    def key_of(row: Team) -> str:
        return slug(row.name)


class EntryForm(KeyedForm):
    @staticmethod
    def key_of(row: Entry) -> str:
        return f"{row.session.key}-{row.number}"


class RowOfEntryInline(ReadOnlyInline):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("entry__driver")


class StintInline(RowOfEntryInline):
    model = Stint
    fields: ClassVar[Any] = (
        linked_column("number", "stint"),
        "compound",
        FRESH_TYRE,
        "tyre_life_at_start",
        "first_lap",
        "last_lap",
        LOCKED,
    )
    ordering = ["number"]


class PitStopInline(RowOfEntryInline):
    model = PitStop
    fields: ClassVar[Any] = (
        linked_column("number", "stop"),
        "lap_number",
        duration_column("pit_in_ms", "in at"),
        duration_column("pit_out_ms", "out at"),
        duration_column("duration_ms", "in the lane"),
        LOCKED,
    )
    ordering = ["number"]


class LapInline(RowOfEntryInline):
    model = Lap
    fields: ClassVar[Any] = (
        linked_column("lap_number"),
        duration_column("lap_time_ms", "lap time"),
        *(duration_column(f"sector_{number}_ms") for number in (1, 2, 3)),
        "compound",
        "tyre_life",
        "position",
        DELETED,
        LOCKED,
    )
    ordering = ["lap_number"]
    classes = [*ReadOnlyInline.classes, "collapse"]


@admin.register(Driver)
class DriverAdmin(LockableAdmin):
    form = DriverForm
    list_display = ["full_name", "country_code", "ref", "key", LOCKED]
    list_filter = ["locked", "country_code"]
    search_fields = ["full_name", "first_name", "last_name", "ref", "key"]
    readonly_fields = IDENTITY


@admin.register(Team)
class TeamAdmin(LockableAdmin):
    form = TeamForm
    list_display = ["name", "ref", "key", LOCKED]
    list_filter = ["locked"]
    search_fields = ["name", "ref", "key"]
    readonly_fields = IDENTITY


@admin.register(Entry)
class EntryAdmin(LockableAdmin):
    form = EntryForm
    list_display = ["number", "code", "driver", "team", "team_name", "swatch", "session", LOCKED]
    list_filter = [OneSession, *BY_SESSION, "locked"]
    list_select_related = ["driver", "team", "session__event"]
    search_fields = ["number", "code", "driver__full_name", "team__name", "team_name", "session__key"]
    ordering = ["-session_id", "team_name", "number"]
    autocomplete_fields = ["session", "driver", "team"]
    readonly_fields = IDENTITY
    fixed = ("session", "number")
    inlines = [StintInline, PitStopInline, LapInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Entry | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["provenance"] if obj else [])]

    @admin.display(description="colour", ordering="colour")
    def swatch(self, entry: Entry) -> SafeString | str:
        if not entry.colour:
            return ""
        drawn = (
            '<svg class="colour-swatch colour-swatch--wide" viewBox="0 0 14 14" role="img" aria-label="{0}">'
            '<rect width="14" height="14" rx="3" fill="{0}"/></svg>'
        )
        return format_html(drawn, entry.colour)

    @admin.display(description="where it came from")
    def provenance(self, entry: Entry) -> str:
        return provenance_text(entry.session)
