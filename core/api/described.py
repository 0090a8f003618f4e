"""What the OpenAPI document says of views that are no resources: plain data, beside the view that it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework.serializers import Serializer

Schema = Mapping[str, Any]
JSON, CSV, BYTES = "application/json", "text/csv", "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Body:
    """A form in which something is sent: its schema, and how it looks."""

    schema: Schema
    example: Any = None


@dataclass(frozen=True, slots=True)
class Described:
    """One operation. What it is for stands in the docstring of its view or action.

    `answers` are the statuses of success, each with what it means; `bodies` the forms of all of them, by media type.
    `refusals` are the statuses of the problem details it may answer with. `parameters` are OpenAPI's, `path` has a
    description and an example of those of the path. `headers` are those of the answers, with what they say.
    """

    summary: str
    bodies: Mapping[str, Body]
    answers: Mapping[int, str] = field(default_factory=lambda: {200: "As asked for."})
    refusals: tuple[int, ...] = (400, 404)
    parameters: tuple[Schema, ...] = ()
    path: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    is_cached: bool = True
    """Has `ETag` and `Cache-Control`, and answers 304."""
    request: type[Serializer[Any]] | None = None
    request_example: Any = None


def parameter(name: str, schema: Schema, description: str, *, required: bool = False) -> dict[str, Any]:
    """A parameter of the query."""
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


def listed_parameter(
    name: str, items: Schema, description: str, *, most: int | None = None, required: bool = False
) -> dict[str, Any]:
    """A parameter of the query that takes several values, separated by commas."""
    limits = {"minItems": 1} if most is None else {"minItems": 1, "maxItems": most}
    schema = {"type": "array", "items": items, **limits}
    return {**parameter(name, schema, description, required=required), "style": "form", "explode": False}
