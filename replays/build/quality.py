"""The quality report of a replay: what it is known to lack, how true it is where that can be told, and a verdict. Pure.

The figures are those of `fidelity`; leaving samples out takes long, so here it is done for some cars of a stretch.
`make fidelity` does it for all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from replays.artefact.model import Feed
from replays.build import fidelity, states
from replays.build.capabilities import gaps
from replays.build.located import Located
from replays.build.mended_clock import Clock
from replays.build.outline import Outline
from replays.build.pit_lane import pit_lane_path
from replays.build.span import Span
from replays.build.track_distance import FAR_M, far_samples, track_distances_m
from replays.build.verdict import verdict
from replays.loading.session_data import MISSING, PositionFeed, SessionData

LONGEST_GAPS = 20
TESTED_INSTANTS = 3_000
TESTED_CARS = 3
INCIDENT_MS = 60_000
"""A car that stopped may have left the track so long before."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Built:
    """What a replay was made from, and what of it. `told` has the telemetry on the feeds' own clocks, `data` on the
    replay's, `cars` where they were."""

    told: SessionData
    data: SessionData
    clock: Clock
    span: Span
    outline: Outline | None
    cars: Located | None
    feeds: list[Feed]
    outliers: int


def quality(built: Built) -> dict[str, Any]:
    """As `docs/replay-format.md` has it."""
    report: dict[str, Any] = {
        "gaps": _gaps(built),
        "cars_without_positions": _silent(built.told),
        "outline": built.outline.source if built.outline else None,
        "clock": "feed" if built.clock.why_not else "mended",
        "mending": {**_mending(built.clock), **_moved(built.cars)},
        "estimated_ms": [list(stretch) for stretch in built.cars.estimated_ms] if built.cars else [],
        "outliers": built.outliers,
        "motion": _motion(built),
        "lines": _lines(built),
        "off_track": _off_track(built),
        "problems": list(built.data.provenance.problems),
    }
    said, reasons = verdict(report, timing=bool(built.data.laps))
    return {"verdict": said, "reasons": reasons, **report}


def _gaps(built: Built) -> dict[str, Any]:
    feeds = {"position": built.told.positions, "car": built.told.cars}
    found = {name: gaps(feed.t_ms, built.span) for name, feed in feeds.items() if feed is not None}
    return {name: _summed(own, built.span) for name, own in found.items()}


def _summed(found: list[tuple[int, int]], span: Span) -> dict[str, Any]:
    total_ms = sum(end - begin for begin, end in found)
    share = round(total_ms / (span.t_end_ms - span.t_start_ms), 4)
    return {"count": len(found), "total_ms": total_ms, "share": share, "longest_ms": _longest(found)}


def _longest(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest gaps, in time order."""
    return sorted(sorted(found, key=lambda gap: gap[0] - gap[1])[:LONGEST_GAPS])


def _silent(data: SessionData) -> list[str]:
    if data.positions is None:
        return []
    known = (data.positions.x_dm != MISSING).any(axis=0)
    return [entry.code for entry, seen in zip(data.entries, known, strict=True) if not seen]


def _mending(clock: Clock) -> dict[str, Any]:
    before_ms, after_ms = clock.spread_ms or (None, None)
    return {
        "why_not": clock.why_not or None,
        "speed_lag_ms": clock.speed_lag_ms,
        "timing_lag_ms": clock.timing_lag_ms,
        "spread_ms": _rounded(before_ms),
        "spread_by_car_ms": _rounded(after_ms),
    }


def _moved(cars: Located | None) -> dict[str, Any]:
    """How far known places were moved along the track."""
    if cars is None or cars.moved_m is None or cars.places is None:
        return {"moved_median_m": None, "moved_p95_m": None, "moved_most_m": None}
    moved_m = np.abs(cars.moved_m[~np.isnan(cars.places.phase)])
    median_m, p95_m = np.percentile(moved_m, (50, 95)).tolist()
    return {
        "moved_median_m": round(median_m, 2),
        "moved_p95_m": round(p95_m, 2),
        "moved_most_m": round(float(moved_m.max()), 2),
    }


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 1)


def _motion(built: Built) -> dict[str, Any] | None:
    """Errors at samples left out, and of speeds; None where the clock could not be mended."""
    told, data = built.told, built.data
    if built.clock.spread_ms is None or told.positions is None or told.cars is None:
        return None
    if data.positions is None or data.cars is None:
        return None
    some, cars = _tested(told.positions)
    left_out_m = fidelity.left_out_m(some, told.cars, built.clock.speed_lag_ms, cars)
    speed_kmh = fidelity.speed_errors_kmh(data.positions, data.cars)
    if not left_out_m.size or not speed_kmh.size:
        return None
    return {
        "left_out_median_m": round(float(np.median(left_out_m)), 3),
        "left_out_p95_m": round(float(np.percentile(left_out_m, 95)), 3),
        "speed_p95_kmh": round(float(np.percentile(speed_kmh, 95)), 1),
    }


def _tested(positions: PositionFeed) -> tuple[PositionFeed, list[int]]:
    """A stretch from the middle, and cars that are known there."""
    middle = len(positions.t_ms) // 2
    rows = slice(max(middle - TESTED_INSTANTS // 2, 0), middle + TESTED_INSTANTS // 2)
    some = PositionFeed(positions.t_ms[rows], positions.x_dm[rows], positions.y_dm[rows])
    known = np.flatnonzero((some.x_dm != MISSING).mean(axis=0) > 0.5)
    return some, known[:: max(len(known) // TESTED_CARS, 1)][:TESTED_CARS].tolist()


def _lines(built: Built) -> dict[str, Any] | None:
    """Places and gaps at the line; None for a session that is no race."""
    timing = next((feed for feed in built.feeds if feed.name == "timing"), None)
    if timing is None:
        return None
    right, crossings = fidelity.places_at_lines(built.data, timing)
    if not crossings:
        return None
    errors_s = fidelity.gap_errors_s(built.data, timing)
    return {
        "crossings": crossings,
        "official_place": right,
        "official_end": fidelity.final_order_is_official(built.data, timing),
        "gap_median_s": round(float(np.median(errors_s)), 3) if errors_s.size else None,
        "gap_p99_s": round(float(np.percentile(errors_s, 99)), 3) if errors_s.size else None,
    }


def _off_track(built: Built) -> dict[str, Any] | None:
    """How many samples are further from outline and pit lane than FAR_M, but those of cars in an incident."""
    positions = built.data.positions
    if built.cars is None or built.cars.places is None or positions is None:
        return None
    distance_m = track_distances_m(built.cars.places, positions, pit_lane_path(built.data))
    for car, incident_ms in _incidents(built.data):
        distance_m[positions.t_ms >= incident_ms, car] = np.nan
    seen = far_samples(distance_m)
    furthest_m = None if seen.furthest_m is None else round(seen.furthest_m, 1)
    return {"known": seen.known, "far": seen.far, "far_is_m": FAR_M, "furthest_m": furthest_m}


def _incidents(data: SessionData) -> list[tuple[int, int]]:
    """Cars (columns) that stopped, or were flagged off, and since when they may have left the track."""
    stops = [flag for flag in data.car_flags if flag.flag in ("stopped", "retired") and flag.value]
    left = [(flag.number, flag.t_ms - INCIDENT_MS) for flag in stops] + list(states.race_finishes(data).items())
    return [(data.column_of[number], t_ms) for number, t_ms in left if number in data.column_of]
