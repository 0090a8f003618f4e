"""What the admin pages of all rows of the catalogue have in common."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from seasons.admin.durations import duration_form_field, is_duration
from seasons.admin.generic import ModelAdmin
from seasons.models.locking import Lockable
from seasons.stamps import one_touch

NOT_CONTENT = frozenset({"locked", "published"})
"""What a curator alone decides, so that no import would write over it."""


class CatalogueAdmin(ModelAdmin):
    """Every change is one transaction that renews the stamps once, at its end. Times are written as 1:23.456."""

    fixed: ClassVar[tuple[str, ...]] = ()
    """What the key was made of, and imports find the row by: given when it is added, and never changed."""
    list_per_page = 100
    show_full_result_count = False

    class Media:
        css = {"all": ["seasons/admin/catalogue.css"]}

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if is_duration(db_field):
            return duration_form_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(self.fixed if obj else ())]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """All are to look at: they never stand in the way of saving, say when an import has just removed a row."""
        return [] if request.method == "POST" else super().get_inlines(request, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with one_touch():
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with one_touch():
            return super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with one_touch():
            return super().changelist_view(request, *args, **kwargs)


class LockableAdmin(CatalogueAdmin):
    """Rows that imports write. What a curator adds or edits is locked, as the next import would undo it otherwise."""

    actions = ["lock", "unlock"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*(name for name in super().get_fields(request, obj) if name != "locked"), "locked"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"locked": True, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Lockable, form: Any, change: bool) -> None:
        edited = set(form.changed_data) - NOT_CONTENT
        if change and edited and not obj.locked and "locked" not in form.changed_data:
            obj.locked = True
            kept = "It is locked now, so that imports leave your edit. Untick “locked” to have them write it again."
            self.message_user(request, kept, messages.INFO)
        super().save_model(request, obj, form, change)

    @admin.action(description="Lock: imports leave them as they are", permissions=["change"])
    def lock(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_locked(request, queryset, locked=True)

    @admin.action(description="Unlock: imports may write them again", permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_locked(request, queryset, locked=False)

    def _set_locked(self, request: HttpRequest, queryset: QuerySet[Any], *, locked: bool) -> None:
        """No stamp is renewed: a lock is nothing that an answer tells."""
        different = list(queryset.exclude(locked=locked))
        word = "locked" if locked else "unlocked"
        self.model._default_manager.filter(pk__in=[row.pk for row in different]).update(locked=locked)
        self.log_many(request, different, f"{word.capitalize()}.")
        name = self.opts.verbose_name if len(different) == 1 else self.opts.verbose_name_plural
        self.message_user(request, f"{len(different)} {name} {word}.", messages.SUCCESS)

    def log_many(self, request: HttpRequest, rows: list[Any], message: str) -> None:
        """Note in the history of each row what an action did to it."""
        for row in rows:
            self.log_change(request, row, message)
