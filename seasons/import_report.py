"""What an import did to the catalogue."""

from collections import Counter
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Rows counted by model (`event`, `session`, `entry`, `lap`, ...). Reports add up.

    `kept` are those the import would have changed or removed, had they not been locked; `ignored` are records of the
    source that belong to no entry.
    """

    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)

    def note(
        self, model: str, *, added: int = 0, changed: int = 0, removed: int = 0, kept: int = 0, ignored: int = 0
    ) -> None:
        """Count rows of a model; what is zero leaves no trace."""
        noted = (
            (self.added, added),
            (self.changed, changed),
            (self.removed, removed),
            (self.kept, kept),
            (self.ignored, ignored),
        )
        for counts, number in noted:
            if number:
                counts[model] += number

    def __bool__(self) -> bool:
        """Whether anything is different from before."""
        return bool(self.added or self.changed or self.removed)

    def __add__(self, other: "ImportReport") -> "ImportReport":
        return ImportReport(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    def __str__(self) -> str:
        """`added entry 20, session 1; changed event 1; kept (locked) lap 1`, or `nothing changed`."""
        parts = [
            f"{word} {', '.join(f'{model} {count}' for model, count in sorted(counts.items()))}"
            for word, counts in (
                ("added", self.added),
                ("changed", self.changed),
                ("removed", self.removed),
                ("kept (locked)", self.kept),
                ("ignored (of no entry)", self.ignored),
            )
            if counts
        ]
        return "; ".join(parts if self else ["nothing changed", *parts])
