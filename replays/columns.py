"""The columns of a frame: what is known of a car at a moment. Pure.

A value travels as an integer, `value = raw * 10 ** -decimals`; `null_of(dtype)` means unknown. Columns with
`labels` carry an index into them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

COMPOUNDS = (
    "SOFT",
    "MEDIUM",
    "HARD",
    "INTERMEDIATE",
    "WET",
    "HYPERSOFT",
    "ULTRASOFT",
    "SUPERSOFT",
    "SUPERHARD",
    "TEST",
)
"""Tyre compounds since 2018 as the timing feed names them; those after WET are of 2018 and of tests."""

STATUSES = ("grid", "on_track", "in_pit", "stopped", "retired", "finished", "in_box", "out_lap")


@dataclass(frozen=True, slots=True)
class Column:
    """One value per car; `dtype` is that of the canonical binary frame."""

    name: str
    unit: str | None
    dtype: str
    decimals: int = 0
    labels: tuple[str, ...] = ()

    @property
    def scale(self) -> int:
        return int(10**self.decimals)

    def described(self) -> dict[str, Any]:
        """As `hello` lists it."""
        description: dict[str, Any] = {"name": self.name, "unit": self.unit}
        if self.labels:
            description["labels"] = list(self.labels)
        return description


COLUMNS: tuple[Column, ...] = (
    Column("x", "m", "<i4", 2),
    Column("y", "m", "<i4", 2),
    Column("progress", "laps", "<i4", 5),
    Column("speed", "km/h", "<i2", 1),
    Column("throttle", "%", "i1"),
    Column("brake", "%", "i1"),
    Column("gear", None, "i1"),
    Column("rpm", "1/min", "<i2"),
    Column("drs", None, "i1"),
    Column("lap", None, "<i2"),
    Column("position", None, "i1"),
    Column("gap", "s", "<i4", 3),
    Column("interval", "s", "<i4", 3),
    Column("tyre", None, "i1", labels=COMPOUNDS),
    Column("tyre_age", "laps", "<i2"),
    Column("status", None, "i1", labels=STATUSES),
)

BY_NAME = {column.name: column for column in COLUMNS}


def null_of(dtype: npt.DTypeLike) -> int:
    """The integer that means unknown: the smallest of the type."""
    return int(np.iinfo(np.dtype(dtype)).min)


def frame_dtype(names: tuple[str, ...]) -> np.dtype[np.void]:
    """The packed structured type of one car's row with these columns."""
    return np.dtype([(name, BY_NAME[name].dtype) for name in names])
