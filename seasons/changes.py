"""Setting fields of rows and knowing whether that changed anything. A blank (None or "") never erases."""

from typing import Any

from django.db import models


def set_known(row: models.Model, **values: Any) -> bool:
    """Set each field whose value is known; returns whether any differs. Saves nothing."""
    return set_all(row, **{name: value for name, value in values.items() if value not in (None, "")})


def set_all(row: models.Model, **values: Any) -> bool:
    """Set each field, blank or not; returns whether any differs. Saves nothing."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def fill_blanks(row: models.Model, **values: Any) -> bool:
    """Complete the fields that are blank, and save if there were any; returns whether."""
    missing = {name: value for name, value in values.items() if getattr(row, name) in (None, "")}
    if not set_known(row, **missing):
        return False
    row.save()
    return True
