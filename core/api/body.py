"""The door of every body: one JSON object, whose properties are known and make sense."""

from typing import Any

import orjson
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from core.api.parameters import Refusals, printable

BODY = "body"


class StrictJSON(BaseParser):
    """By orjson: DRF's own fails on a thousand brackets, and takes NaN."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not JSON: {error}.") from None


class TrueOrFalse(serializers.BooleanField):
    """JSON's own, not one of the many words for it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("must be true or false")
        return data


class Name(serializers.CharField):
    """Text, and no number that looks like it."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("must be text")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    """A finite number, and no text that looks like one."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise serializers.ValidationError("must be a number")
        return super().to_internal_value(data)


def read_body(request: Request, described: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """The request's body as `described` reads it. Raises BadParameters with everything that is wrong, ParseError."""
    data: Any = request.data
    wrong = Refusals()
    if not isinstance(data, dict):
        wrong.add(BODY, "must be a JSON object")
        wrong.raise_any()
    serializer = described(data=data)
    for name in data.keys() - serializer.fields.keys():
        wrong.add(printable(name), f"unknown; allowed are {', '.join(serializer.fields)}")
    if not serializer.is_valid():
        for name, said in serializer.errors.items():
            wrong.add(name, " ".join(map(str, said)))
    wrong.raise_any()
    return dict(serializer.validated_data)
