"""A measured figure beside its target, as a line of the table and as JSON."""

import os
import platform
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """`target` is the most that is allowed, or with `at_least` the least; None where a figure has none. `peer` is what
    the best-known peer needs for the same, quoted and not measured here."""

    name: str
    unit: str
    measured: float
    target: float | None = None
    peer: str = ""
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        met = self.measured >= self.target if self.at_least else self.measured <= self.target
        return "ok" if met else "MISSED"

    def of(self, subject: str) -> "Figure":
        return replace(self, name=f"{subject}: {self.name}")

    def line(self) -> str:
        target = "" if self.target is None else f"{'>=' if self.at_least else '<='} {_short(self.target)}"
        peer = f"peer: {self.peer}" if self.peer else ""
        return (
            f"{self.name:<44}{_short(self.measured):>12} {self.unit:<6}{target:>14}  {self.verdict:<8}{peer}".rstrip()
        )


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1_000 else f"{number:,.3g}"


def write_results(name: str, subject: str, figures: list[Figure]) -> None:
    """Keep the figures in `benchmarks/results/<name>.json`, with when and on what kind of machine."""
    RESULTS.mkdir(exist_ok=True)
    document = {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "subject": subject,
        "figures": [asdict(figure) | {"met": figure.verdict != "MISSED"} for figure in figures],
    }
    (RESULTS / f"{name}.json").write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
