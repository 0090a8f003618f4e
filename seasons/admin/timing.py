"""Results, laps, stints and pit stops."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from seasons.admin.columns import DELETED, FRESH_TYRE, LOCKED, duration_column
from seasons.admin.filters import CompoundFilter, OneEntry, OneSession
from seasons.admin.session_rows import BY_SESSION, EntryRowAdmin
from seasons.models import Lap, PitStop, Result, Stint

LAP_FIELDSETS = (
    ("Times", {"fields": ["lap_time_ms", ("sector_1_ms", "sector_2_ms", "sector_3_ms"), ("start_ms", "end_ms")]}),
    ("Speeds", {"fields": [("speed_i1_kmh", "speed_i2_kmh"), ("speed_fl_kmh", "speed_st_kmh")]}),
    ("Tyres", {"fields": [("compound", "fresh_tyre"), ("tyre_life", "stint")]}),
    ("Pit lane", {"fields": [("pit_in_ms", "pit_out_ms")]}),
    ("Judged", {"fields": ["deleted", "deleted_reason", "accurate", "generated", "personal_best"]}),
)


@admin.register(Result)
class ResultAdmin(EntryRowAdmin):
    list_display = [
        "position",
        "car",
        "of_session",
        "grid",
        "status",
        "points",
        "laps",
        duration_column("time_ms", "time"),
        duration_column("gap_ms", "gap"),
        duration_column("best_lap_ms", "best lap"),
        LOCKED,
    ]
    list_display_links = ["position", "car"]
    ordering = ["-session_id", "position", "pk"]
    search_fields = [*EntryRowAdmin.search_fields, "status"]


@admin.register(Lap)
class LapAdmin(EntryRowAdmin):
    list_display = [
        "lap_number",
        "car",
        "of_session",
        duration_column("lap_time_ms", "lap time"),
        duration_column("sector_1_ms", "sector 1"),
        duration_column("sector_2_ms", "sector 2"),
        duration_column("sector_3_ms", "sector 3"),
        "compound",
        "tyre_life",
        "position",
        DELETED,
        LOCKED,
    ]
    list_display_links = ["lap_number", "car"]
    list_filter = [
        OneSession,
        OneEntry,
        *BY_SESSION,
        CompoundFilter,
        "deleted",
        "accurate",
        "generated",
        "personal_best",
        "locked",
    ]
    ordering = ["-session_id", "entry_id", "lap_number"]

    def get_fieldsets(self, request: HttpRequest, obj: Lap | None = None) -> Any:
        whose = ["session", "entry", "provenance"] if obj else ["entry"]
        return [(None, {"fields": [*whose, "lap_number", "position", "locked"]}), *LAP_FIELDSETS]


@admin.register(Stint)
class StintAdmin(EntryRowAdmin):
    list_display = [
        "number",
        "car",
        "of_session",
        "compound",
        FRESH_TYRE,
        "tyre_life_at_start",
        "first_lap",
        "last_lap",
        LOCKED,
    ]
    list_display_links = ["number", "car"]
    list_filter = [OneSession, OneEntry, *BY_SESSION, CompoundFilter, "fresh_tyre", "locked"]
    ordering = ["-session_id", "entry_id", "number"]


@admin.register(PitStop)
class PitStopAdmin(EntryRowAdmin):
    list_display = [
        "number",
        "car",
        "of_session",
        "lap_number",
        duration_column("pit_in_ms", "in at"),
        duration_column("pit_out_ms", "out at"),
        duration_column("duration_ms", "in the lane"),
        LOCKED,
    ]
    list_display_links = ["number", "car"]
    ordering = ["-session_id", "entry_id", "number"]
