"""The catalogue for whoever curates it. What an import writes is shown, not edited."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from seasons.models import Circuit, Driver, Entry, Event, Season, Session, Team

if TYPE_CHECKING:  # Django's admin classes are generic to the type checker only
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline

IDENTITY = ["public_id", "key"]
PROVENANCE = ["source_kind", "fastf1_version", "imported_at"]


class EntryInline(TabularInline):
    """Who took part, to look at; an entry is changed on its own page."""

    model = Entry
    fields = ("number", "code", "driver", "team", "team_name", "colour")
    readonly_fields = fields
    show_change_link = True
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return super().get_queryset(request).select_related("driver", "team")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SessionInline(TabularInline):
    model = Session
    fields = ("kind", "name", "start", "state")
    readonly_fields = fields
    show_change_link = True
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Season)
class SeasonAdmin(ModelAdmin):
    list_display = ["year", "key", "event_count"]
    search_fields = ["year"]
    readonly_fields = IDENTITY

    def get_queryset(self, request: HttpRequest) -> QuerySet[Season]:
        return super().get_queryset(request).annotate(event_count=Count("events"))

    @admin.display(description="events", ordering="event_count")
    def event_count(self, season: Season) -> int:
        return season.event_count  # type: ignore[attr-defined]


@admin.register(Circuit)
class CircuitAdmin(ModelAdmin):
    list_display = ["name", "location", "country", "f1_key", "key"]
    list_filter = ["country"]
    search_fields = ["name", "location", "country", "key"]
    readonly_fields = IDENTITY


@admin.register(Event)
class EventAdmin(ModelAdmin):
    list_display = ["name", "season", "round_number", "date", "location", "country", "circuit"]
    list_filter = ["season", "is_testing", "is_demo", "country"]
    list_select_related = ["season", "circuit"]
    search_fields = ["name", "official_name", "location", "country", "key"]
    date_hierarchy = "date"
    autocomplete_fields = ["season", "circuit"]
    readonly_fields = IDENTITY
    inlines = [SessionInline]


@admin.register(Session)
class SessionAdmin(ModelAdmin):
    list_display = ["key", "event", "name", "start", "state", "source_kind", "imported_at"]
    list_filter = ["state", "kind", "source_kind", "event__season"]
    list_select_related = ["event"]
    search_fields = ["key", "name", "event__name", "event__location"]
    date_hierarchy = "start"
    autocomplete_fields = ["event"]
    readonly_fields = [*IDENTITY, *PROVENANCE]
    inlines = [EntryInline]


@admin.register(Driver)
class DriverAdmin(ModelAdmin):
    list_display = ["full_name", "country_code", "ref", "key"]
    list_filter = ["country_code"]
    search_fields = ["full_name", "first_name", "last_name", "ref", "key"]
    readonly_fields = IDENTITY


@admin.register(Team)
class TeamAdmin(ModelAdmin):
    list_display = ["name", "ref", "key"]
    search_fields = ["name", "ref", "key"]
    readonly_fields = IDENTITY


@admin.register(Entry)
class EntryAdmin(ModelAdmin):
    list_display = ["number", "code", "driver", "team", "team_name", "session"]
    list_filter = ["session__event__season", "session__kind"]
    list_select_related = ["driver", "team", "session__event"]
    search_fields = ["number", "code", "driver__full_name", "team__name", "team_name", "session__key"]
    autocomplete_fields = ["session", "driver", "team"]
    readonly_fields = IDENTITY
