"""Making the rows that a session has in a table those that a source tells, in few statements however many they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seasons.import_report import ImportReport
from seasons.models.locking import Lockable

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A model whose rows belong to a session: `unique` tells them apart there, `columns` are what they say."""

    model: type[Lockable]
    unique: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a report calls its rows."""
        return str(self.model._meta.verbose_name)

    @property
    def constraint(self) -> tuple[str, ...]:
        """The fields of the unique constraint; an entry is of one session already."""
        return self.unique if "entry_id" in self.unique else ("session_id", *self.unique)

    @property
    def objects(self) -> Any:
        return self.model._default_manager


def put_rows(
    table: Table,
    session_id: int,
    wanted: Mapping[Values, Values],
    report: ImportReport,
    *,
    columns: tuple[str, ...] | None = None,
) -> bool:
    """Make the session's rows of `table` those of `wanted`; returns whether that changed any.

    `wanted` has the values of `columns` (the table's, if none are given) by those of `unique`. Other columns stay as
    they are. Locked rows are neither changed nor removed.
    """
    columns = table.columns if columns is None else columns
    rows = table.objects.filter(session_id=session_id)
    present: dict[Values, tuple[int, Values]] = {}
    width = len(table.unique)
    for pk, *values in rows.values_list("pk", *table.unique, *columns):
        present[tuple(values[:width])] = (pk, tuple(values[width:]))
    new = {key: values for key, values in wanted.items() if key not in present}
    changed = {key: values for key, values in wanted.items() if key in present and present[key][1] != values}
    gone = {key for key in present if key not in wanted}
    if changed or gone:
        # Asked again, and for good: a curator may have locked one since.
        unlocked = set(rows.filter(locked=False).select_for_update().values_list("pk", flat=True))
        kept = {key for key in gone | changed.keys() if present[key][0] not in unlocked}
        report.note(table.name, kept=len(kept))
        changed = {key: values for key, values in changed.items() if key not in kept}
        gone -= kept
    if gone:
        table.objects.filter(pk__in=[present[key][0] for key in gone]).delete()
    if new:
        table.objects.bulk_create(_instances(table, session_id, new, columns))
    if changed:
        # An upsert, since the SQL of Django's bulk_update has a case for each row in each column.
        table.objects.bulk_create(
            _instances(table, session_id, changed, columns),
            update_conflicts=True,
            unique_fields=table.constraint,
            update_fields=columns,
        )
    report.note(table.name, added=len(new), changed=len(changed), removed=len(gone))
    return bool(new or changed or gone)


def _instances(
    table: Table, session_id: int, rows: Mapping[Values, Values], columns: tuple[str, ...]
) -> list[Lockable]:
    names = ("session_id", *table.unique, *columns)
    return [table.model(**dict(zip(names, (session_id, *key, *values), strict=True))) for key, values in rows.items()]
