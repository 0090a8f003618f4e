"""Views of the API: public ones, and resources that are lists of rows."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import OrderBy, QuerySet
from django.http import HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from core.api.columns import Column, ColumnSerializer, Row, column_of, objects_of, rows_of
from core.api.csv import ROWS_A_PART, csv_response
from core.api.filters import ColumnFilter, ColumnOrdering, TextSearch, filter_names
from core.api.names import Names
from core.api.pagination import PAGE, AskedPage, Pages, asked_page, page_of
from core.api.parameters import Refusals, admitted, chosen, listed
from core.connections import give_back_idle

if TYPE_CHECKING:  # DRF's classes are generic to the type checker only
    ViewSet = GenericViewSet[Any]
else:
    ViewSet = GenericViewSet

Columns = list[Column]
FORMAT, FIELDS = "format", "fields"
FORMATS = ("json", "csv")


class PublicView(APIView):
    """Read by anyone; nobody is asked who they are."""

    authentication_classes = ()


class ResourceViewSet(ViewSet):
    """A resource: a list with filters, search, ordering, pages, sparse fields and CSV, and its rows one by one.

    A subclass declares `queryset`, `serializer_class` (a ColumnSerializer), and what differs from the defaults below.
    """

    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    pagination_class = Pages
    filter_backends: Sequence[type[BaseFilterBackend]] = (ColumnFilter, TextSearch, ColumnOrdering)
    lookup_value_regex = "[A-Za-z0-9_-]{1,200}"

    names: ClassVar[Names | None] = None
    """How rows are called in a path; None: by their `id`, which is the primary key."""
    detail_serializer_class: ClassVar[type[ColumnSerializer] | None] = None
    """Of a row by itself, where that says more than a list."""
    search: ClassVar[tuple[str, ...]] = ()
    """Columns of text that `search` looks in."""
    default_ordering: ClassVar[tuple[str | OrderBy, ...]] = ()
    """Columns, for the ORM."""
    ordering_default: ClassVar[str] = ""
    """The same in the API's words, for the schema."""
    filter_fields: ClassVar[dict[str, Any]] = {}
    """Fields to filter by that are not shown."""

    given: dict[str, str]
    """The parameters of the request that went through the door."""

    def get_serializer_class(self) -> Any:
        alone = self.detail_serializer_class if self.action == "retrieve" else None
        return alone or super().get_serializer_class()

    def list(self, request: Request) -> HttpResponseBase:
        wrong = self.admit(request)
        columns = wrong.attempt(self.asked_columns, Columns())
        form = wrong.attempt(partial(chosen, self.given, FORMAT, FORMATS), FORMATS[0])
        asked = wrong.attempt(partial(asked_page, self.given), AskedPage())
        queryset = self.get_queryset()
        for backend in self.filter_backends:
            queryset = wrong.attempt(partial(backend().filter_queryset, request, queryset, self), queryset)
        wrong.raise_any()
        if form == "csv":
            return self.csv(request, queryset, columns, asked)
        page = page_of(queryset, asked)
        return page.answer(request, objects_of(rows_of(page.rows, columns), columns))

    def retrieve(self, request: Request, pk: str) -> HttpResponseBase:
        wrong = self.admit(request)
        columns = wrong.attempt(self.asked_columns, Columns())
        wrong.raise_any()
        found = self.get_queryset().filter(pk=self.primary_key(pk))
        rows = objects_of(rows_of(found, columns), columns)
        if not rows:
            raise NotFound(self.missing(pk))
        return Response(rows[0])

    def admit(self, request: Request) -> Refusals:
        """Fills `given`. What is refused at the door is collected like what is found wrong behind it."""
        wrong = Refusals()
        self.given = admitted(request.query_params, self.parameter_names(), wrong, self.parameters_in_words)
        return wrong

    def csv(
        self, request: Request, queryset: QuerySet[Any], columns: Sequence[Column], asked: AskedPage
    ) -> HttpResponseBase:
        """All rows; one page where a page is asked for."""
        if PAGE in self.given:
            queryset = page_of(queryset, asked).rows
        if request.method == "HEAD":
            queryset = queryset.none()  # nobody reads them
        # Which rows there are is settled first, so that no change in between shifts them; then they come in parts.
        keys = list(queryset.values_list("pk", flat=True))
        return csv_response([c.name for c in columns], self.parts(keys, columns), self.basename or "rows")

    def parts(self, keys: Sequence[int], columns: Sequence[Column]) -> Iterator[Sequence[Row]]:
        """The rows with those primary keys in that order, a part at a time; between parts no connection is held."""
        key = Column("pk", "pk", None, None)
        for start in range(0, len(keys), ROWS_A_PART):
            wanted = keys[start : start + ROWS_A_PART]
            by_key = {row[0]: row[1:] for row in rows_of(self.get_queryset().filter(pk__in=wanted), [key, *columns])}
            give_back_idle()
            yield [by_key[pk] for pk in wanted if pk in by_key]

    def primary_key(self, name: str) -> int:
        """Raises NotFound."""
        if self.names is not None:
            found = self.names.find([name])
            if name in found:
                return found[name]
        elif name.isascii() and name.isdigit() and len(name) < 19:
            return int(name)
        raise NotFound(self.missing(name))

    def missing(self, name: str) -> str:
        what = self.names.what if self.names is not None else self.get_queryset().model._meta.verbose_name
        return f"There is no {what} {name}."

    def asked_columns(self) -> Columns:
        """Those of `fields=`, or all. Raises BadParameters."""
        columns = self.get_serializer_class().columns()
        if FIELDS not in self.given:
            return list(columns.values())
        wanted = listed(self.given[FIELDS])
        unknown = [name for name in wanted if name not in columns]
        wrong = Refusals()
        if unknown:
            wrong.add(FIELDS, f"there is no field {', '.join(unknown)[:200]}; allowed are {', '.join(columns)}")
        elif not wanted:
            wrong.add(FIELDS, f"names nothing; allowed are {', '.join(columns)}")
        wrong.raise_any()
        return [columns[name] for name in dict.fromkeys(wanted)]

    @classmethod
    def columns(cls) -> dict[str, Column]:
        serializer: type[ColumnSerializer] = cls.serializer_class  # type: ignore[assignment]
        return serializer.columns()

    @classmethod
    @cache
    def filter_names(cls) -> dict[str, tuple[Column, str]]:
        """What filters may be called, with the column and the lookup each means."""
        hidden = [column_of(name, field) for name, field in cls.filter_fields.items()]
        return filter_names([*cls.columns().values(), *hidden])

    @classmethod
    def orderable(cls) -> dict[str, Column]:
        return {name: column for name, column in cls.columns().items() if column.field.lookups}

    @classmethod
    def searched(cls) -> Sequence[str]:
        """What `search` looks in, in the API's words; columns that are not shown by the last part of theirs."""
        names = {column.path: name for name, column in cls.columns().items()}
        return [names.get(path, path.rpartition("__")[2]) for path in cls.search]

    def parameter_names(self) -> Sequence[str]:
        if self.action != "list":
            return (FIELDS,)
        searching = (TextSearch.parameter,) if self.search else ()
        return (*Pages.parameters, FORMAT, FIELDS, ColumnOrdering.parameter, *searching, *self.filter_names())

    def parameters_in_words(self) -> str:
        """For people: filters with their comparisons in brackets."""
        if self.action != "list":
            return FIELDS
        filters: dict[str, list[str]] = {}
        for column, lookup in self.filter_names().values():
            filters.setdefault(column.name, []).extend([] if lookup == "exact" else [f"__{lookup}"])
        plain = [name for name in self.parameter_names() if name not in self.filter_names()]
        return ", ".join([*plain, *(f"{name} ({' '.join(more)})" if more else name for name, more in filters.items())])
