"""What an import did to the catalogue."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Rows added, changed and removed, counted by model (`event`, `session`, `entry`, ...). Reports add up."""

    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)

    def note(self, model: str, *, added: int = 0, changed: int = 0, removed: int = 0) -> None:
        """Count rows of a model; what is zero leaves no trace."""
        for counts, number in ((self.added, added), (self.changed, changed), (self.removed, removed)):
            if number:
                counts[model] += number

    def __bool__(self) -> bool:
        """Whether anything is different from before."""
        return bool(self.added or self.changed or self.removed)

    def __add__(self, other: "ImportReport") -> "ImportReport":
        return ImportReport(self.added + other.added, self.changed + other.changed, self.removed + other.removed)

    def __str__(self) -> str:
        """`added entry 20, session 1; changed event 1`, or `nothing changed`."""
        parts = [
            f"{word} {', '.join(f'{model} {count}' for model, count in sorted(counts.items()))}"
            for word, counts in (("added", self.added), ("changed", self.changed), ("removed", self.removed))
            if counts
        ]
        return "; ".join(parts) or "nothing changed"
