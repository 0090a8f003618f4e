"""Sessions, with who took part and how it ended. What can be done with replays of them, `replays.admin` adds."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from seasons import attention
from seasons.admin.badges import session_badge
from seasons.admin.calendar import IDENTITY
from seasons.admin.catalogue_admin import LockableAdmin
from seasons.admin.columns import HIDDEN, LOCKED, duration_column, linked_column
from seasons.admin.filters import AttentionFilter
from seasons.admin.keyed_form import KeyedForm
from seasons.admin.read_only_inline import ReadOnlyInline
from seasons.models import Entry, Result, Session
from seasons.stamps import OF_A_SESSION, touch_session

PROVENANCE = ["source_kind", "fastf1_version", "imported_at"]


class SessionForm(KeyedForm):
    @staticmethod
    def key_of(row: Session) -> str:
        return f"{row.event.key}-{row.kind}"


class SessionAttention(AttentionFilter):
    conditions = {
        "missing": ("Published, not imported", attention.missing),
        "import-failed": ("Import failed", attention.import_failed),
        "overdue": ("Time has passed", attention.overdue),
        "hidden": ("Hidden", attention.hidden),
    }


class EntryInline(ReadOnlyInline):
    model = Entry
    fields: ClassVar[Any] = (linked_column("number"), "code", "driver", "team", "team_name", "colour", LOCKED)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return super().get_queryset(request).select_related("driver", "team").order_by("team_name", "number")


class ResultInline(ReadOnlyInline):
    model = Result
    fields: ClassVar[Any] = (
        "position",
        linked_column("entry"),
        "grid",
        "status",
        "points",
        "laps",
        duration_column("time_ms", "time"),
        duration_column("best_lap_ms", "best lap"),
        LOCKED,
    )
    classes = [*ReadOnlyInline.classes, "collapse"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Result]:
        return super().get_queryset(request).select_related("entry__driver").order_by("position", "pk")


@admin.register(Session)
class SessionAdmin(LockableAdmin):
    form = SessionForm
    list_display = [
        "__str__",
        "start",
        "state_badge",
        HIDDEN,
        "source_kind",
        "imported_at",
        LOCKED,
    ]
    list_filter: ClassVar[Any] = [
        SessionAttention,
        "state",
        "event__season",
        "kind",
        "source_kind",
        "published",
        "locked",
    ]
    list_select_related = ["event"]
    search_fields = ["key", "name", "event__name", "event__location"]
    date_hierarchy = "start"
    ordering = [F("start").desc(nulls_last=True), "-pk"]
    autocomplete_fields = ["event"]
    readonly_fields: ClassVar[Any] = [*IDENTITY, *PROVENANCE, "rows"]
    fixed = ("event", "kind")
    fieldsets: ClassVar[Any] = [
        (None, {"fields": ["event", ("kind", "name"), ("start", "utc_offset_s"), ("public_id", "key")]}),
        ("Curation", {"fields": [("state", "state_reason"), "published", "locked"]}),
        ("Where it came from", {"fields": [tuple(PROVENANCE), "rows"]}),
    ]
    inlines = [EntryInline, ResultInline]
    actions = [*LockableAdmin.actions, "publish", "hide"]

    @admin.display(description="state", ordering="state")
    def state_badge(self, session: Session) -> SafeString:
        return session_badge(session.state, session.state_reason)

    @admin.display(description="rows")
    def rows(self, session: Session) -> SafeString | str:
        """How many there are of each kind, each a link to them."""
        counted = [(model, model._default_manager.filter(session=session).count()) for model in OF_A_SESSION]
        items = [(_rows_of(model, session), count, _name_of(model, count)) for model, count in counted if count]
        if not items:
            return "none"
        return format_html(
            '<ul class="row-counts">{}</ul>',
            format_html_join("", '<li><a href="{}"><b>{}</b> {}</a></li>', items),
        )

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        self._set_published(request, queryset, published=True)

    @admin.action(description="Hide: the API and the viewer know nothing of them", permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        self._set_published(request, queryset, published=False)

    def _set_published(self, request: HttpRequest, queryset: QuerySet[Session], *, published: bool) -> None:
        different = list(queryset.exclude(published=published))
        word = "published" if published else "hidden"
        Session.objects.filter(pk__in=[session.pk for session in different]).update(published=published)
        for session in different:
            touch_session(session.pk)
        self.log_many(request, different, f"{word.capitalize()}.")
        plural = "" if len(different) == 1 else "s"
        self.message_user(request, f"{len(different)} session{plural} {word}.", messages.SUCCESS)


def _rows_of(model: type[Model], session: Session) -> str:
    return f"{reverse(f'admin:seasons_{model._meta.model_name}_changelist')}?session_id={session.pk}"


def _name_of(model: type[Model], count: int) -> str:
    return str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural)
