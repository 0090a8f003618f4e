"""Pages of lists: `{"count", "next", "previous", "results"}`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.described import parameter
from core.api.parameters import Refusals, whole_number

PAGE, PAGE_SIZE = "page", "page_size"
DEFAULT_SIZE = 100
MAX_SIZE = 1000


@dataclass(frozen=True, slots=True)
class AskedPage:
    """`number` counts from 1; `size` is in rows."""

    number: int = 1
    size: int = DEFAULT_SIZE


@dataclass(frozen=True, slots=True)
class Page:
    """A page that exists: `rows` is a slice, not read yet, and `count` the rows on all pages."""

    asked: AskedPage
    rows: QuerySet[Any]
    count: int

    def answer(self, request: Request, results: list[Any]) -> Response:
        number = self.asked.number
        is_last = number * self.asked.size >= self.count
        return Response(
            {
                "count": self.count,
                "next": None if is_last else _url(request, number + 1),
                "previous": _url(request, number - 1) if number > 1 else None,
                "results": results,
            }
        )


def page_of(queryset: QuerySet[Any], asked: AskedPage) -> Page:
    """Raises NotFound where there is no such page; the first one always is."""
    count = queryset.count()
    last = max(-(-count // asked.size), 1)
    if asked.number > last:
        raise NotFound(f"There is no page {asked.number}; the last one is {last}.")
    start = (asked.number - 1) * asked.size
    return Page(asked, queryset[start : start + asked.size], count)


def asked_page(given: Mapping[str, str]) -> AskedPage:
    """Raises BadParameters."""
    wrong = Refusals()
    asked = {PAGE: 1, PAGE_SIZE: DEFAULT_SIZE}
    for name, most in ((PAGE, None), (PAGE_SIZE, MAX_SIZE)):
        try:
            asked[name] = whole_number(given.get(name, str(asked[name])), 1, most)
        except ValueError as error:
            wrong.add(name, str(error))
    wrong.raise_any()
    return AskedPage(asked[PAGE], asked[PAGE_SIZE])


def _url(request: Request, number: int) -> str:
    query = request.query_params.copy()
    query[PAGE] = str(number)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


class Pages(BasePagination):
    """What the OpenAPI document says of them."""

    parameters = (PAGE, PAGE_SIZE)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        url = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "minimum": 0, "description": "Rows on all pages."},
                "next": {**url, "description": "The next page; null on the last."},
                "previous": {**url, "description": "The page before; null on the first."},
                "results": {**schema, "description": "The rows of the page."},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        page = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
        size = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE}
        return [
            # No default: CSV without a page is all of them, and forms send defaults along.
            parameter(PAGE, page, "The page, from 1, which is the first one. A page that is not there is a 404."),
            parameter(PAGE_SIZE, size, "Rows a page."),
        ]
