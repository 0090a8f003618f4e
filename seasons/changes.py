"""Setting fields of rows and knowing what that changed. What a curator has locked stays as it is."""

from collections.abc import Mapping
from typing import Any

from seasons.import_report import ImportReport
from seasons.models.locking import Lockable


def known(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `values` that say something. A blank (None or "") never erases."""
    return {name: value for name, value in values.items() if value not in (None, "")}


def missing(row: Lockable, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `values` that say something of a field that is blank: to complete a row, and correct nothing."""
    return {name: value for name, value in known(values).items() if getattr(row, name) in (None, "")}


def put(row: Lockable, name: str, values: Mapping[str, Any], report: ImportReport) -> list[str]:
    """Set the fields that differ, and return which those are. Saves nothing.

    A locked row keeps its own; if that made a difference, it is noted in `report`, under the model's `name`.
    """
    different = {field: value for field, value in values.items() if getattr(row, field) != value}
    if different and row.locked:
        report.note(name, kept=1)
        return []
    for field, value in different.items():
        setattr(row, field, value)
    return list(different)


def save_put(row: Lockable, name: str, values: Mapping[str, Any], report: ImportReport) -> bool:
    """`put`, and save and count the row if that changed any field; returns whether."""
    fields = put(row, name, values, report)
    if not fields:
        return False
    row.save(update_fields=fields)
    report.note(name, changed=1)
    return True
