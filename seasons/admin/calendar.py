"""Seasons, circuits and events."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from seasons.admin.badges import session_badge
from seasons.admin.catalogue_admin import CatalogueAdmin, LockableAdmin
from seasons.admin.columns import HIDDEN, LOCKED, linked_column
from seasons.admin.keyed_form import KeyedForm
from seasons.admin.read_only_inline import ReadOnlyInline
from seasons.keys import event_key, slug
from seasons.models import Circuit, Event, Season, Session

IDENTITY = ["public_id", "key"]


class SeasonForm(KeyedForm):
    @staticmethod
    def key_of(row: Season) -> str:
        return str(row.year)


class CircuitForm(KeyedForm):
    @staticmethod
    def key_of(row: Circuit) -> str:
        return slug(row.name)


class EventForm(KeyedForm):
    @staticmethod
    def key_of(row: Event) -> str:
        return event_key(row.season.year, row.name)


class EventInline(ReadOnlyInline):
    model = Event
    fields: ClassVar[Any] = ("round_number", linked_column("name"), "date", "location", "country", LOCKED)
    ordering = ["date", "pk"]


class SessionInline(ReadOnlyInline):
    model = Session
    fields: ClassVar[Any] = (linked_column("name"), "start", "state_badge", HIDDEN, "imported_at", LOCKED)
    ordering = ["start", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return super().get_queryset(request).select_related("event")

    @admin.display(description="state")
    def state_badge(self, session: Session) -> SafeString:
        return session_badge(session.state, session.state_reason)


@admin.register(Season)
class SeasonAdmin(CatalogueAdmin):
    form = SeasonForm
    list_display = ["year", "event_count", "key"]
    search_fields = ["year"]
    fixed = ("year",)
    readonly_fields = IDENTITY
    inlines = [EventInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Season]:
        return super().get_queryset(request).annotate(event_count=Count("events"))

    @admin.display(description="events", ordering="event_count")
    def event_count(self, season: Season) -> int:
        return season.event_count  # type: ignore[attr-defined]


@admin.register(Circuit)
class CircuitAdmin(LockableAdmin):
    form = CircuitForm
    list_display = ["name", "location", "country", "event_count", "f1_key", LOCKED]
    list_filter = ["locked", "country"]
    search_fields = ["name", "location", "country", "key"]
    readonly_fields = IDENTITY

    def get_queryset(self, request: HttpRequest) -> QuerySet[Circuit]:
        return super().get_queryset(request).annotate(event_count=Count("events"))

    @admin.display(description="events", ordering="event_count")
    def event_count(self, circuit: Circuit) -> int:
        return circuit.event_count  # type: ignore[attr-defined]


@admin.register(Event)
class EventAdmin(LockableAdmin):
    form = EventForm
    list_display = ["name", "season", "round_number", "date", "location", "country", "circuit", "imported", LOCKED]
    list_filter = ["season", "is_testing", "is_demo", "locked", "country"]
    list_select_related = ["season", "circuit"]
    search_fields = ["name", "official_name", "location", "country", "key"]
    date_hierarchy = "date"
    ordering = ["-date", "-pk"]
    autocomplete_fields = ["season", "circuit"]
    readonly_fields: ClassVar[Any] = [*IDENTITY, "is_demo"]
    fixed = ("season",)
    inlines = [SessionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        imported = Count("sessions", filter=Q(sessions__imported_at__isnull=False))
        return super().get_queryset(request).annotate(session_count=Count("sessions"), imported_count=imported)

    @admin.display(description="sessions imported", ordering="imported_count")
    def imported(self, event: Any) -> str:
        return f"{event.imported_count} of {event.session_count}"
