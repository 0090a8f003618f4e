"""The timing feed of a replay: lap, position, gap, interval, tyre and status, at each moment one changes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.artefact.model import Feed, FeedColumn
from replays.build import best_lap_order, race_order, states
from replays.build.deleted_laps import deletions_ms, reinstatements_ms
from replays.build.passages import line_crossings, race_passages
from replays.build.passes import passing_moments
from replays.build.span import Span
from replays.columns import COMPOUNDS, STATUSES
from replays.loading.session_data import SessionData
from seasons.keys import RACE_KINDS
from seasons.records import LapRecord

GRID_MS = 1_000
"""Gaps are told at least that often."""

PROGRESS_DECIMALS = 4
"""Half a metre of a lap; a fifth decimal costs 0.3 MB a race."""

Times = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]


def timing_feed(
    data: SessionData,
    span: Span,
    progress: npt.NDArray[np.float64] | None,
    sectors: tuple[float, float],
    lap_m: float,
) -> Feed:
    """The feed `timing` over `span`. `progress` is that of the position feed, None where there is none."""
    laps = [[lap for lap in data.laps if lap.number == entry.number] for entry in data.entries]
    race = data.session.kind in RACE_KINDS
    finishes = states.race_finishes(data)
    changes = _CarChanges.of(data, laps, finishes)
    t_ms = _moments(data, span, changes, progress)
    if race:
        t_ms, standing, along = _race(data, t_ms, changes, progress, sectors, lap_m, finishes)
    else:
        standing, _ = best_lap_order.best_lap_standing(data, t_ms)
        along = None
    rows = _kept(t_ms, standing.position, _change_times(data, span, changes, sectors=progress is None), span)
    t_ms = t_ms[rows]
    columns = [
        FeedColumn("lap", None, 0, False, changes.held("lap", t_ms)),
        FeedColumn("position", None, 0, False, standing.position[rows]),
        FeedColumn("gap", "s", 3, False, standing.gap_ms[rows]),
        FeedColumn("interval", "s", 3, False, standing.interval_ms[rows]),
        FeedColumn("tyre", None, 0, False, changes.held("tyre", t_ms), COMPOUNDS),
        FeedColumn("tyre_age", "laps", 0, False, changes.held("tyre_age", t_ms)),
        FeedColumn("status", None, 0, False, changes.held("status", t_ms), STATUSES),
    ]
    if progress is None and along is not None:
        columns.insert(0, FeedColumn("progress", "laps", PROGRESS_DECIMALS, False, stored_progress(along[rows])))
    return Feed("timing", t_ms, tuple(columns), None)


def stored_progress(progress: npt.NDArray[np.float64]) -> Ints:
    """Progress in laps as the stored integers; rounded down, so that a line is reached only when crossed."""
    scaled = np.floor(np.nan_to_num(progress) * 10**PROGRESS_DECIMALS + 1e-6)
    return np.where(np.isnan(progress), states.NONE, scaled).astype(np.int32)


@dataclass(frozen=True, slots=True)
class _CarChanges:
    """Per column the changes of every car."""

    by_column: dict[str, list[list[states.Change]]]

    @classmethod
    def of(cls, data: SessionData, laps: list[list[LapRecord]], finishes: Mapping[str, int]) -> "_CarChanges":
        race = data.session.kind in RACE_KINDS
        tyres = [states.tyre_changes(own) for own in laps]
        return cls(
            {
                "status": [
                    states.status_changes(data, entry.number, own, finishes)
                    for entry, own in zip(data.entries, laps, strict=True)
                ],
                "lap": [
                    states.lap_changes(own, data.start_ms if race else None, finishes.get(entry.number))
                    for entry, own in zip(data.entries, laps, strict=True)
                ],
                "tyre": [compounds for compounds, _ in tyres],
                "tyre_age": [ages for _, ages in tyres],
            }
        )

    def held(self, column: str, t_ms: Times) -> Ints:
        return np.column_stack([states.held(changes, t_ms) for changes in self.by_column[column]])

    def times(self) -> set[int]:
        return {t for cars in self.by_column.values() for changes in cars for t, _ in changes}


def _change_times(data: SessionData, span: Span, changes: _CarChanges, *, sectors: bool) -> set[int]:
    """The moments inside `span` at which something is known to change, line crossings included.

    The sector lines matter where the timing lines are all that is known of a car's place.
    """
    times = changes.times() | {lap.end_ms for lap in data.laps if lap.end_ms is not None}
    if sectors:
        times |= {end for lap in data.laps for end in lap.sector_end_ms if end is not None}
    times |= set(best_lap_order.segment_starts_ms(data)) | set(deletions_ms(data).values())
    times |= set(reinstatements_ms(data).values())
    return {t for t in times if span.t_start_ms <= t <= span.t_end_ms} | {span.t_start_ms, span.t_end_ms}


def _moments(data: SessionData, span: Span, changes: _CarChanges, progress: npt.NDArray[np.float64] | None) -> Times:
    """Every moment at which the standing is looked at: changes, each second, and each position instant."""
    parts = [
        np.array(sorted(_change_times(data, span, changes, sectors=progress is None)), dtype=np.int64),
        np.arange(span.t_start_ms, span.t_end_ms, GRID_MS, dtype=np.int64),
    ]
    if progress is not None and data.positions is not None:
        instants = data.positions.t_ms
        parts.append(instants[(instants >= span.t_start_ms) & (instants <= span.t_end_ms)])
    return np.unique(np.concatenate(parts))


def _race(
    data: SessionData,
    t_ms: Times,
    changes: "_CarChanges",
    progress: npt.NDArray[np.float64] | None,
    sectors: tuple[float, float],
    lap_m: float,
    finishes: Mapping[str, int],
) -> tuple[Times, race_order.Standing, npt.NDArray[np.float64]]:
    """The standing at `t_ms` and at every moment between them at which cars pass each other."""
    slots = race_order.grid_slots(data)
    passages = race_passages(data, progress, slots, sectors, lap_m)
    at_flag = _laps_at_flag(data, finishes)
    by_entry = [slots[entry.number] for entry in data.entries]

    def look(moments: Times) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64], Times, Times]:
        status = changes.held("status", moments)
        score, along, passed, seen = race_order.scores(passages, status, by_entry, at_flag, moments)
        return np.argsort(-score, axis=1, kind="stable"), along, passed, seen

    order, along, passed, seen = look(t_ms)
    between = np.setdiff1d(passing_moments(t_ms, order, along), t_ms)
    rows = np.searchsorted(t_ms, between)
    order, along, passed, seen = (
        np.insert(one, rows, new, axis=0) for one, new in zip((order, along, passed, seen), look(between), strict=True)
    )
    t_ms = np.insert(t_ms, rows, between)
    status = changes.held("status", t_ms)
    classified = race_order.official_order(data)
    racing = (status != states.RETIRED) & (status != states.GRID) & ~np.isnan(along)
    if classified is None or not finishes:
        return t_ms, race_order.standing(order, along, passed, seen, passages, racing), along
    over = t_ms >= max(finishes.values())
    order[over] = classified
    standing = race_order.standing(order, along, passed, seen, passages, racing)
    return t_ms, race_order.with_classified_gaps(standing, data, over, racing), along


def _laps_at_flag(data: SessionData, finishes: Mapping[str, int]) -> dict[int, tuple[int, int]]:
    """Per car (column) that was flagged off: the laps it had then, and when."""
    crossings = line_crossings(data.laps)
    return {
        data.column_of[number]: (laps, end)
        for number, end in finishes.items()
        for laps, t in crossings.get(number, ())
        if t == end and number in data.column_of
    }


def _kept(t_ms: Times, position: Ints, changes: set[int], span: Span) -> npt.NDArray[np.intp]:
    """The rows worth storing: each change of state or order, and one a second."""
    keep = np.isin(t_ms, np.fromiter(changes, dtype=np.int64))
    keep[1:] |= (position[1:] != position[:-1]).any(axis=1)
    seconds = (t_ms - span.t_start_ms) // GRID_MS
    keep |= np.concatenate([[True], np.diff(seconds) > 0])
    return np.flatnonzero(keep)
