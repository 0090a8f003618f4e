"""Filters of lists beside Django's own."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from seasons.models import Entry, Session

if TYPE_CHECKING:
    from django.contrib.admin.options import ModelAdmin


class OnlyOne(admin.SimpleListFilter):
    """The rows of one session, say: too many to choose from, so that it shows where a link asked for one."""

    rows: Callable[[], QuerySet[Any]]

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        asked = request.GET.get(self.parameter_name or "")
        if asked is None:
            return []
        found: Model | None = type(self).rows().filter(pk=asked).first() if asked.isdecimal() else None
        return [(asked, str(found) if found else f"no such {self.title}")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value()
        if asked is None:
            return queryset
        return queryset.filter(**{self.parameter_name or "": asked}) if asked.isdecimal() else queryset.none()


class OneSession(OnlyOne):
    title = "session"
    parameter_name = "session_id"

    @staticmethod
    def rows() -> QuerySet[Session]:
        return Session.objects.select_related("event")


class OneEntry(OnlyOne):
    title = "entry"
    parameter_name = "entry_id"

    @staticmethod
    def rows() -> QuerySet[Entry]:
        return Entry.objects.select_related("driver")


class CompoundFilter(admin.SimpleListFilter):
    """The tyres of today, without asking all laps which there are."""

    title = "compound"
    parameter_name = "compound"
    COMPOUNDS = ("SOFT", "MEDIUM", "HARD", "INTERMEDIATE", "WET")

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [*((name, name.capitalize()) for name in self.COMPOUNDS), ("other", "Another"), ("none", "Unknown")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset
            case "none":
                return queryset.filter(compound="")
            case "other":
                return queryset.exclude(compound__in=["", *self.COMPOUNDS])
            case name:
                return queryset.filter(compound=name)


class AttentionFilter(admin.SimpleListFilter):
    """The sessions that want a look; the start page's groups link here."""

    title = "what wants a look"
    parameter_name = "attention"
    conditions: Mapping[str, tuple[str, Callable[[], Q]]] = {}

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [(name, title) for name, (title, _) in self.conditions.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.conditions.get(self.value() or "")
        return queryset.filter(asked[1]()) if asked else queryset
