"""What is the best so far: the colours of sectors, and the fastest lap, as events. Pure.

Nothing is the best before it is, and a lap counts until race control deletes it, and again once it is reinstated.
What leads through the pit lane is never the best.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from replays.build.best_lap_order import segment_starts_ms
from replays.build.deleted_laps import LapName, deletions_ms, reinstatements_ms
from replays.build.pit_laps import lap_through_pits, through_pits
from replays.loading.session_data import SessionData
from seasons.records import LapRecord

Event = dict[str, Any]

NoLap = tuple[None, None]
NO_LAP: NoLap = (None, None)


def sector_events(data: SessionData) -> Iterator[Event]:
    """Each sector at its line: `purple` is the best of all so far, `green` the car's own best, `yellow` neither.

    In qualifying each segment begins anew, as in the timing feed: its own marks, which may follow the time by a second,
    were these colours in all 5,400 sectors of four sessions.
    """
    starts_ms = segment_starts_ms(data)
    best: dict[tuple[int, int], int] = {}
    own_best: dict[tuple[int, str, int], int] = {}
    for end_ms, number, lap, sector, time_ms, counts in sorted(_timed_sectors(data.laps)):
        segment = bisect_right(starts_ms, end_ms)
        colour = "yellow"
        if counts and time_ms < own_best.get((segment, number, sector), time_ms + 1):
            own_best[segment, number, sector] = time_ms
            colour = "green"
        if counts and time_ms < best.get((segment, sector), time_ms + 1):
            best[segment, sector] = time_ms
            colour = "purple"
        yield {
            "kind": "sector",
            "t_ms": end_ms,
            "number": number,
            "lap": lap,
            "sector": sector,
            "time_ms": time_ms,
            "colour": colour,
        }


def _timed_sectors(laps: Iterable[LapRecord]) -> Iterator[tuple[int, str, int, int, int, bool]]:
    """(end_ms, number, lap, sector, time_ms, whether it may be a best one)"""
    for lap in laps:
        if lap.generated:
            continue
        for sector, (end_ms, time_ms) in enumerate(zip(lap.sector_end_ms, lap.sector_ms, strict=True), start=1):
            if end_ms is not None and time_ms is not None:
                counts = not through_pits(lap, end_ms - time_ms, end_ms)
                yield end_ms, lap.number, lap.lap_number, sector, time_ms, counts


def fastest_lap_events(data: SessionData) -> Iterator[Event]:
    """The fastest lap so far, whenever it is another one: beaten, deleted or reinstated.

    After a deletion it is the next best one; `number`, `lap` and `lap_time_ms` are None where there is no other. In
    qualifying each segment begins anew, without one, as in the timing feed.
    """
    said = _Said(segment_starts_ms(data), deletions_ms(data), reinstatements_ms(data))
    for t_ms, (number, lap), time_ms in _bests(data.laps, said):
        yield {"kind": "fastest_lap", "t_ms": t_ms, "number": number, "lap": lap, "lap_time_ms": time_ms}


def best_lap_events(data: SessionData) -> Iterator[Event]:
    """As the fastest lap, of each car by itself."""
    said = _Said(segment_starts_ms(data), deletions_ms(data), reinstatements_ms(data))
    for entry in data.entries:
        own = [lap for lap in data.laps if lap.number == entry.number]
        for t_ms, (_, lap), time_ms in _bests(own, said):
            yield {"kind": "best_lap", "t_ms": t_ms, "number": entry.number, "lap": lap, "lap_time_ms": time_ms}


@dataclass(frozen=True, slots=True)
class _Said:
    """When segments began, and which laps were deleted and reinstated when, ms of session time."""

    starts_ms: list[int]
    deleted: dict[LapName, int]
    reinstated: dict[LapName, int]


def _bests(laps: Iterable[LapRecord], said: _Said) -> Iterator[tuple[int, LapName | NoLap, int | None]]:
    """(t_ms, the best of `laps` since then, its time) whenever it is another one, in time order of each segment."""
    times = {
        (lap.number, lap.lap_number): (lap.lap_time_ms, lap.end_ms)
        for lap in laps
        if lap.lap_time_ms is not None and lap.end_ms is not None and not lap.generated and not lap_through_pits(lap)
    }
    deleted = {lap: t_ms for lap, t_ms in said.deleted.items() if lap in times}
    happened = [(end_ms, False, lap) for lap, (_, end_ms) in times.items() if deleted.get(lap, end_ms + 1) > end_ms]
    happened += [(t_ms, True, lap) for lap, t_ms in deleted.items()]
    happened += [(t_ms, False, lap) for lap, t_ms in said.reinstated.items() if lap in times]
    best: LapName | None = None
    for segment, start_ms in enumerate(said.starts_ms, start=1):
        if best is not None:
            yield start_ms, NO_LAP, None
        best = None
        own = [one for one in happened if bisect_right(said.starts_ms, one[0]) == segment]
        own = [one for one in own if bisect_right(said.starts_ms, times[one[2]][1]) == segment]
        for t_ms, best in _fastest_laps(own, times):
            yield t_ms, best or NO_LAP, None if best is None else times[best][0]


def _fastest_laps(
    happened: Iterable[tuple[int, bool, LapName]], times: Mapping[LapName, tuple[int, int]]
) -> Iterator[tuple[int, LapName | None]]:
    """(t_ms, the fastest lap since then), from what `happened`: (t_ms, whether it is a deletion, lap)."""
    standing: dict[LapName, tuple[int, int]] = {}
    fastest: LapName | None = None
    for t_ms, is_deleted, lap in sorted(happened):
        before = fastest
        if is_deleted:
            standing.pop(lap, None)
            fastest = min(standing, key=standing.__getitem__, default=None) if lap == fastest else fastest
        else:
            standing[lap] = times[lap]
            fastest = lap if fastest is None or times[lap] < standing[fastest] else fastest
        if fastest != before:
            yield t_ms, fastest
