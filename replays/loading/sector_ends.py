"""When cars crossed sector lines, by the clock of their laps. Pure.

FastF1 (`_align_laps`, 3.9) moves the ends of each car's laps by what puts cars at the line as far apart as the timing
feed says, but not the ends of its sectors: in the race that was measured (Australia 2025) those stay up to 107 ms late,
each car's by a time of its own, in another (Azerbaijan 2018) one car's by 571 ms. Places of cars at sector lines
scatter by 30 ms with the one and by 18 ms with the other.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import median_low

from seasons.records import LapRecord

Ends = tuple[int | None, int | None, int | None]


def with_aligned_sectors(laps: Sequence[LapRecord]) -> tuple[LapRecord, ...]:
    """`laps` with the ends of their sectors moved to where the ends of the laps are."""
    late_ms = _late_ms(laps)
    return tuple(replace(lap, sector_end_ms=_aligned(lap, late_ms.get(lap.number, 0))) for lap in laps)


def _late_ms(laps: Sequence[LapRecord]) -> dict[str, int]:
    """By how much the sectors of each car end later than its laps."""
    found = defaultdict(list)
    for lap in laps:
        if lap.end_ms is not None and lap.sector_end_ms[2] is not None:
            found[lap.number].append(lap.sector_end_ms[2] - lap.end_ms)
    return {number: median_low(own) for number, own in found.items()}


def _aligned(lap: LapRecord, late_ms: int) -> Ends:
    """From the lap's end backwards by the sectors' times, as far as those are known."""
    first, second, third = (None if end_ms is None else end_ms - late_ms for end_ms in lap.sector_end_ms)
    if third is not None and lap.end_ms is not None:
        third = lap.end_ms
    second = _before(third, lap.sector_ms[2], second)
    first = _before(second, lap.sector_ms[1], first)
    return first, second, third


def _before(end_ms: int | None, sector_ms: int | None, told_ms: int | None) -> int | None:
    """When a sector began that ended at `end_ms`; `told_ms` is when the one before it was said to end."""
    if told_ms is None or end_ms is None or sector_ms is None:
        return told_ms
    return end_ms - sector_ms
