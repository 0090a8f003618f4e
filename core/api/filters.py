"""Filters by column: `lap_time__lt=80.5`, `compound__in=SOFT,MEDIUM`, `session=latest`. DRF's filter backends.

A view's filters are the columns of its serializer and those of its `filter_fields`. django-filter is not used: it
copies its filters for every request, and the 180 of a lap cost 10 ms that way (version 26.2).
"""

import math
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

from django.db.models import F, OrderBy, Q, QuerySet, Value
from django.db.models.functions import NullIf
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from core.api.columns import Column
from core.api.fields import Seconds
from core.api.names import ManyKeys, RelationKey
from core.api.parameters import MAX_LIST, Refusals, listed
from core.api.schema_parameters import filter_parameter, ordering_parameter, search_parameter

SEPARATOR = "__"

TO_MILLISECONDS: dict[str, Callable[[float], int]] = {
    "exact": round,
    "in": round,
    "lt": math.ceil,
    "gte": math.ceil,
    "lte": math.floor,
    "gt": math.floor,
}
"""A bound between two milliseconds moves to one of them, so that it lets through what it did."""


def filter_names(columns: Iterable[Column]) -> dict[str, tuple[Column, str]]:
    """What may stand in a query, with the column and the lookup it means."""
    return {
        column.name if lookup == "exact" else f"{column.name}{SEPARATOR}{lookup}": (column, lookup)
        for column in columns
        for lookup in column.lookups
    }


class ColumnFilter(BaseFilterBackend):
    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        wrong = Refusals()
        conditions = Q()
        names = view.filter_names()
        for name, text in view.given.items():
            if name not in names:
                continue
            try:
                column, lookup = names[name]
                condition = _condition(column, lookup, text)
                conditions &= _of_any(queryset, column.field, condition)
            except ValidationError as error:
                wrong.add(name, _told(error))
        wrong.raise_any()
        return queryset.filter(conditions)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [filter_parameter(name, column, lookup) for name, (column, lookup) in view.filter_names().items()]


class ColumnOrdering(BaseFilterBackend):
    """`ordering=-lap_time,driver_number`: unknown values last, and an ending that makes the order total."""

    parameter = "ordering"

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        text = view.given.get(self.parameter)
        if text is None:
            return queryset.order_by(*view.default_ordering, "pk")
        columns = view.orderable()
        unknown = [name[:100] for name in listed(text) if name.removeprefix("-") not in columns]
        if unknown or not listed(text):
            wrong = Refusals()
            what = f"cannot order by {', '.join(unknown[:3])}" if unknown else "names nothing"
            wrong.add(self.parameter, f"{what}; allowed are {', '.join(columns)}, each with or without a -")
            wrong.raise_any()
        return queryset.order_by(*(_direction(columns, name) for name in listed(text)), "pk")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [ordering_parameter(self.parameter, list(view.orderable()), view.ordering_default)]


class TextSearch(BaseFilterBackend):
    """`search=monaco race`: rows in which every word stands in one of the view's `search` columns."""

    parameter = "search"
    max_words = 10

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        words = view.given.get(self.parameter, "").split()
        if len(words) > self.max_words:
            wrong = Refusals()
            wrong.add(self.parameter, f"more than {self.max_words} words")
            wrong.raise_any()
        for word in words:
            anywhere = Q()
            for path, spelling in product(view.search, _spellings(word)):
                anywhere |= Q(**{f"{path}__icontains": spelling})
            queryset = queryset.filter(anywhere)
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [search_parameter(self.parameter, view.searched())] if view.search else []


def _condition(column: Column, lookup: str, text: str) -> Q:
    """Raises ValidationError."""
    if lookup == "isnull":
        return _is_null(column, text)
    values = _values(column, lookup, listed(text) if lookup == "in" else [text])
    return Q(**{f"{_target(column)}__{lookup}": values if lookup == "in" else values[0]})


def _target(column: Column) -> str:
    """A relation is compared by its primary key: what a name means is looked up once."""
    return column.path.rpartition(SEPARATOR)[0] if isinstance(column.field, RelationKey) else column.path


def _values(column: Column, lookup: str, texts: list[str]) -> list[Any]:
    if not texts or len(texts) > MAX_LIST:
        raise ValidationError(f"must be 1 to {MAX_LIST} values, separated by commas")
    if not isinstance(column.field, RelationKey):
        values = [column.field.to_internal_value(text) for text in texts]
        return [TO_MILLISECONDS[lookup](ms) for ms in values] if isinstance(column.field, Seconds) else values
    names = column.field.names
    found = names.find(texts)
    unknown = [text for text in texts if text not in found]
    if unknown:
        raise ValidationError(f"there is no {names.what} {unknown[0][:100]}; give {names.in_words}")
    return [found[text] for text in texts]


def _is_null(column: Column, text: str) -> Q:
    if text not in ("true", "false"):
        raise ValidationError("must be true or false")
    wanted = text == "true"
    if column.empty_is_null:
        unknown = Q(**{column.path: ""}) | Q(**{f"{column.path}__isnull": True})
        return unknown if wanted else ~unknown
    return Q(**{f"{_target(column)}__isnull": wanted})


def _of_any(queryset: QuerySet[Any], field: Any, condition: Q) -> Q:
    """Rows once each, however many of their relations fit."""
    if not isinstance(field, ManyKeys):
        return condition
    return Q(pk__in=queryset.model._default_manager.filter(condition & field.among).values("pk"))


def _direction(columns: dict[str, Column], name: str) -> OrderBy:
    column = columns[name.removeprefix("-")]
    value = NullIf(F(column.path), Value("")) if column.empty_is_null else F(column.path)
    return value.desc(nulls_last=True) if name.startswith("-") else value.asc(nulls_last=True)


def _spellings(word: str) -> set[str]:
    """SQLite tells capitals from small letters outside ASCII, PostgreSQL does so in some locales."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}


def _told(error: ValidationError) -> str:
    details = error.detail if isinstance(error.detail, list) else [error.detail]
    return " ".join(str(detail) for detail in details)
