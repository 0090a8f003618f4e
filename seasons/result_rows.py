"""How a session ended for each car, from what sources tell of the entries and from the laps. Plain arithmetic."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seasons.keys import RACE_KINDS
from seasons.records import EntryRecord, LapRecord


@dataclass(frozen=True, slots=True)
class ResultRecord:
    """`time_ms` is from start to flag, `gap_ms` to the winner's; `best_lap_ms` the fastest lap that counts."""

    position: int | None = None
    classified: str = ""
    grid: int | None = None
    status: str = ""
    points: float | None = None
    laps: int | None = None
    time_ms: int | None = None
    gap_ms: int | None = None
    best_lap_ms: int | None = None
    q1_ms: int | None = None
    q2_ms: int | None = None
    q3_ms: int | None = None


TOLD_TOGETHER: tuple[tuple[str, ...], ...] = (
    ("position", "classified", "status", "points", "time_ms", "gap_ms", "q1_ms", "q2_ms", "q3_ms"),
    ("grid",),
    ("laps",),
    ("best_lap_ms",),
)
"""What a source tells of all cars at once: where it is blank for one that has none, not where it is for all."""


def results_of(
    kind: str, entries: Iterable[EntryRecord], laps: Mapping[str, Sequence[LapRecord]]
) -> dict[str, ResultRecord]:
    """The result of each entry by car number. `kind` is that of the session; `laps` are those of each car.

    Practice has no official order: it is that of the best laps, whoever drove an equal one first before the other.
    """
    entries = list(entries)
    best = {e.number: lap for e in entries if (lap := _best_lap(laps.get(e.number, ()))) is not None}
    fastest_first = sorted(best, key=lambda number: _speed_rank(best[number]))
    is_ordered_by_laps = kind.startswith("practice") and bool(best)
    places = {number: place for place, number in enumerate(fastest_first, start=1)}
    winner_ms = next((entry.race_time_ms for entry in entries if entry.position == 1), None)
    results: dict[str, ResultRecord] = {}
    for entry in entries:
        driven = laps.get(entry.number, ())
        time_ms, gap_ms = _race_times(entry, winner_ms) if kind in RACE_KINDS else (None, None)
        results[entry.number] = ResultRecord(
            position=places.get(entry.number) if is_ordered_by_laps else entry.position,
            classified=entry.classified,
            grid=entry.grid,
            status=entry.status,
            points=entry.points,
            laps=_completed(driven) if entry.laps is None and laps else entry.laps,
            time_ms=time_ms,
            gap_ms=gap_ms,
            best_lap_ms=best[entry.number].lap_time_ms if entry.number in best else None,
            q1_ms=entry.q_ms[0],
            q2_ms=entry.q_ms[1],
            q3_ms=entry.q_ms[2],
        )
    return results


def told(results: Iterable[ResultRecord]) -> tuple[str, ...]:
    """The fields that the source of these results tells something of."""
    results = list(results)
    return tuple(
        field
        for group in TOLD_TOGETHER
        if any(getattr(result, field) not in (None, "") for result in results for field in group)
        for field in group
    )


def _best_lap(laps: Sequence[LapRecord]) -> LapRecord | None:
    counting = [lap for lap in laps if lap.lap_time_ms is not None and not lap.deleted and not lap.generated]
    return min(counting, key=_speed_rank, default=None)


def _speed_rank(lap: LapRecord) -> tuple[int, bool, int]:
    return lap.lap_time_ms or 0, lap.end_ms is None, lap.end_ms or 0


def _completed(laps: Sequence[LapRecord]) -> int:
    """Laps that the car ended across the line: FastF1 adds the one on which it retired."""
    return sum(lap.end_ms is not None and not lap.generated for lap in laps)


def _race_times(entry: EntryRecord, winner_ms: int | None) -> tuple[int | None, int | None]:
    """Time and gap of a car. Drivers who shared the winning car have its time, and no gap."""
    if entry.race_time_ms is None or entry.position == 1:
        return entry.race_time_ms, None
    return None if winner_ms is None else winner_ms + entry.race_time_ms, entry.race_time_ms
