"""Milliseconds as people write them: 1:23.456."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

MS_A_SECOND = 1000
MS_A_MINUTE = 60 * MS_A_SECOND
MS_AN_HOUR = 60 * MS_A_MINUTE
WRITTEN = re.compile(
    r"(?P<sign>-?)(?:(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,3}):)?(?P<seconds>\d{1,6})(?:[.,](?P<fraction>\d{1,3}))?",
    re.ASCII,
)


def show_ms(ms: int | None) -> str | None:
    """`1:23.456`, from an hour on `1:02:03.456`, before zero `-0:05.000`."""
    if ms is None:
        return None
    hours, rest = divmod(abs(ms), MS_AN_HOUR)
    minutes, rest = divmod(rest, MS_A_MINUTE)
    seconds, fraction = divmod(rest, MS_A_SECOND)
    before = f"{hours}:{minutes:02}" if hours else str(minutes)
    return f"{'-' if ms < 0 else ''}{before}:{seconds:02}.{fraction:03}"


def read_ms(text: str) -> int:
    """What `show_ms` shows, and plain seconds (`83.456`). Raises ValueError."""
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(found[part] or 0) for part in ("hours", "minutes", "seconds"))
    below_60 = [seconds] * (found["minutes"] is not None) + [minutes] * (found["hours"] is not None)
    if any(part >= 60 for part in below_60):
        raise ValueError(text)
    ms = (
        hours * MS_AN_HOUR
        + minutes * MS_A_MINUTE
        + seconds * MS_A_SECOND
        + int((found["fraction"] or "").ljust(3, "0"))
    )
    return -ms if found["sign"] else ms


class DurationField(forms.CharField):
    """Integer milliseconds, shown and typed as 1:23.456. Empty is None."""

    default_error_messages = {"invalid": "Write a time as 1:23.456, with at most three decimals."}

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, int):
            return None if value in self.empty_values else value
        try:
            return read_ms(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        return show_ms(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.to_python(data))
        except ValidationError:
            return True


def is_duration(field: "models.Field[Any, Any]") -> bool:
    """Whether it holds milliseconds (`wind_speed_ms` are metres a second)."""
    return isinstance(field, models.IntegerField) and field.name.endswith("_ms")


def duration_form_field(field: "models.Field[Any, Any]") -> DurationField:
    return DurationField(
        required=not field.blank,
        label=str(field.verbose_name).removesuffix(" (ms)").capitalize(),
        help_text=field.help_text,
        widget=forms.TextInput(attrs={"placeholder": "m:ss.mmm", "size": 14, "autocomplete": "off"}),
    )
