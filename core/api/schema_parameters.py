"""The query of a resource in the words of OpenAPI. There are hundreds of filters: each says no more than it must."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from core.api import fields
from core.api.columns import Column
from core.api.described import Schema, listed_parameter, parameter
from core.api.names import RelationKey
from core.api.parameters import MAX_LIST

LOOKUPS = {
    "lt": "`{}` less than this.",
    "lte": "`{}` at most this.",
    "gt": "`{}` greater than this.",
    "gte": "`{}` at least this.",
    "in": "`{}` one of these, separated by commas.",
    "isnull": "`true`: `{}` is not known; `false`: it is.",
}


def filter_parameter(name: str, column: Column, lookup: str) -> dict[str, Any]:
    if lookup == "exact":
        return parameter(name, value_schema(column.field), str(column.field.help_text or f"`{name}`."))
    description = LOOKUPS[lookup].format(column.name)
    if lookup == "isnull":
        return parameter(name, {"type": "boolean"}, description)
    if lookup == "in":
        return listed_parameter(name, value_schema(column.field), description, most=MAX_LIST)
    return parameter(name, value_schema(column.field), description)


def ordering_parameter(name: str, columns: Iterable[str], default: str) -> dict[str, Any]:
    directions = [direction for column in columns for direction in (column, f"-{column}")]
    return listed_parameter(
        name,
        {"type": "string", "enum": directions},
        f"Columns to order by, each falling with a `-` before it; what is not known comes last. Else by `{default}`.",
    )


def search_parameter(name: str, columns: Iterable[str]) -> dict[str, Any]:
    """`columns` in the API's words."""
    where = ", ".join(f"`{column}`" for column in columns)
    return parameter(name, {"type": "string"}, f"Rows in which each of these words stands in one of {where}.")


def fields_parameter(name: str, columns: Iterable[str]) -> dict[str, Any]:
    return listed_parameter(
        name, {"type": "string", "enum": list(columns)}, "Only these properties, separated by commas. Else all."
    )


def format_parameter(name: str, formats: Iterable[str]) -> dict[str, Any]:
    schema = {"type": "string", "enum": list(formats), "default": "json"}
    return parameter(name, schema, "`csv` streams all rows that fit, or one page where `page` is given.")


def value_schema(field: Any) -> Schema:
    """Of what a filter takes; a null is asked for by `__isnull`."""
    match field:
        case RelationKey():
            return {"type": "string", "minLength": 1}
        case fields.RowId():
            return {"type": "string", "pattern": f"^[0-9]{{1,{field.MAX_DIGITS}}}$"}
        case serializers.ChoiceField():
            return {"type": "string", "enum": list(field.choices)}
        case fields.YesNo():
            return {"type": "boolean"}
        case fields.Integer():
            return {"type": "integer", "minimum": -fields.MAX_INTEGER, "maximum": fields.MAX_INTEGER}
        case fields.Seconds():
            return {"type": "number", "minimum": -field.MAX_SECONDS, "maximum": field.MAX_SECONDS}
        case fields.Number():
            return {"type": "number"}
        case fields.Instant():
            return {"type": "string", "format": "date-time"}
        case fields.Day():
            return {"type": "string", "format": "date"}
    return {"type": "string", "minLength": 1}
