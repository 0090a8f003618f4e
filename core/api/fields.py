"""The kinds of value that the API speaks, on top of DRF's: each says how a column reads, and how a filter writes it.

`represent` turns what the database gives (never None) into what JSON takes; None where that is the same.
`lookups` are the comparisons a filter offers beyond `isnull`, which every field has that `allow_null`.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar

from rest_framework import serializers

EQUAL = ("exact", "in")
ORDERED = ("exact", "lt", "lte", "gt", "gte", "in")
MAX_INTEGER = 2**31 - 1
"""What the widest of the catalogue's integer columns holds."""

WHOLE = re.compile(r"-?[0-9]{1,10}")
DECIMAL = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")

Represent = Callable[[Any], Any] | None


class Text(serializers.CharField):
    """Text; what the database has as empty is not known, and null."""

    lookups: ClassVar = EQUAL

    @property
    def represent(self) -> Represent:
        return _empty_is_null if self.allow_null else None

    def to_internal_value(self, data: Any) -> str:
        if data == "":
            raise serializers.ValidationError("must not be empty")
        return str(data)


class Choice(serializers.ChoiceField):
    lookups: ClassVar = EQUAL

    @property
    def represent(self) -> Represent:
        return _empty_is_null if self.allow_null else None

    def to_internal_value(self, data: Any) -> str:
        if data not in self.choices:
            raise serializers.ValidationError(f"must be one of {', '.join(self.choices)}")
        return str(data)


class Integer(serializers.IntegerField):
    lookups: ClassVar = ORDERED
    represent: ClassVar[Represent] = None

    def to_internal_value(self, data: Any) -> int:
        if not WHOLE.fullmatch(data) or abs(int(data)) > MAX_INTEGER:
            raise serializers.ValidationError(f"must be a whole number from -{MAX_INTEGER} to {MAX_INTEGER}")
        return int(data)


class Number(serializers.FloatField):
    lookups: ClassVar = ORDERED
    represent: ClassVar[Represent] = None

    def to_internal_value(self, data: Any) -> float:
        if not DECIMAL.fullmatch(data) or not math.isfinite(float(data)):
            raise serializers.ValidationError("must be a number")
        return float(data)


class Seconds(Number):
    """Seconds with millisecond precision, of a column in whole milliseconds."""

    MAX_SECONDS: ClassVar = MAX_INTEGER / 1000

    @property
    def represent(self) -> Represent:  # type: ignore[override]
        return _seconds

    def to_internal_value(self, data: Any) -> float:
        """In milliseconds, to the microsecond: 1.005 s are not 1004.9999999999999 ms."""
        value = super().to_internal_value(data)
        if abs(value) > self.MAX_SECONDS:
            raise serializers.ValidationError(f"must be from -{self.MAX_SECONDS:.0f} to {self.MAX_SECONDS:.0f} seconds")
        return round(value * 1000, 3)


class RowId(serializers.CharField):
    """The opaque id of a row that has no key: its primary key, as text."""

    lookups: ClassVar = EQUAL
    MAX_DIGITS: ClassVar = 18

    @property
    def represent(self) -> Represent:
        return str

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        if not (data.isascii() and data.isdigit() and len(data) <= self.MAX_DIGITS):
            raise serializers.ValidationError("must be an id, as lists have them")
        return int(data)


class YesNo(serializers.BooleanField):
    lookups: ClassVar = ("exact",)
    represent: ClassVar[Represent] = None

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("true", "false"):
            raise serializers.ValidationError("must be true or false")
        return bool(data == "true")


class Instant(serializers.DateTimeField):
    """ISO 8601 in UTC with Z. A filter takes other offsets too, and without any it means UTC."""

    lookups: ClassVar = ORDERED
    represent: ClassVar[Represent] = None

    def to_internal_value(self, value: Any) -> datetime:
        # A + that nobody encoded arrives as a blank.
        text = value.replace(" ", "+") if "T" in value else value
        try:
            return super().to_internal_value(text if text.isascii() else "")
        except serializers.ValidationError:
            raise serializers.ValidationError("must be a moment in ISO 8601, e.g. 2025-03-16T04:00:00Z") from None


class Day(serializers.DateField):
    lookups: ClassVar = ORDERED
    represent: ClassVar[Represent] = None

    def to_internal_value(self, value: Any) -> date:
        try:
            return super().to_internal_value(value if value.isascii() else "")
        except serializers.ValidationError:
            raise serializers.ValidationError("must be a day, e.g. 2025-03-16") from None


class Link(serializers.CharField):
    """An address made of a column; nothing to filter by. `template` has one `{}`."""

    lookups: ClassVar[tuple[str, ...]] = ()

    def __init__(self, template: str, **kwargs: Any) -> None:
        self.template = template
        super().__init__(**kwargs)

    @property
    def represent(self) -> Represent:
        return self.template.format


class Document(serializers.JSONField):
    """A JSON column, which holds objects, as it is; nothing to filter by."""

    lookups: ClassVar[tuple[str, ...]] = ()
    represent: ClassVar[Represent] = None


def _seconds(value: int) -> float:
    return value / 1000


def _empty_is_null(value: str) -> str | None:
    return value or None
