"""What a session has, as far as its replay can show it. Pure."""

import numpy as np
import numpy.typing as npt

from replays.artefact.model import MAX_GAP_MS, Feed
from replays.build.located import Located
from replays.build.span import Span
from replays.build.telemetry_feeds import drs_published
from replays.loading.session_data import SessionData

WHOLE_COVERAGE = 0.95
DRS_ELIGIBLE = 8


def capabilities(data: SessionData, span: Span, feeds: list[Feed], cars: Located | None) -> dict[str, bool | str]:
    """What the session has: true, false, or `partial` where a feed covers less than 95 % of it; positions that timing
    alone tells are `estimated`."""
    by_name = {feed.name: feed for feed in feeds}
    drs_seen = data.cars is not None and bool((data.cars.drs >= DRS_ELIGIBLE).any())
    return {
        "positions": _positions(by_name.get("position"), span, cars),
        "car_data": _covered(by_name.get("car"), span),
        "timing": bool(data.laps),
        "weather": bool(data.weather),
        "race_control": bool(data.race_control),
        "tyres": any(lap.compound for lap in data.laps),
        "drs": drs_seen and drs_published(data),
    }


def _positions(feed: Feed | None, span: Span, cars: Located | None) -> bool | str:
    stretches = () if feed is None or cars is None else cars.estimated_ms
    inside_ms = (min(end, span.t_end_ms) - max(begin, span.t_start_ms) for begin, end in stretches)
    share = sum(max(ms, 0) for ms in inside_ms) / (span.t_end_ms - span.t_start_ms)
    if share >= WHOLE_COVERAGE:
        return "estimated"
    return "partial" if share > 1 - WHOLE_COVERAGE else _covered(feed, span)


def _covered(feed: Feed | None, span: Span) -> bool | str:
    if feed is None:
        return False
    missing_ms = sum(end - start for start, end in gaps(feed.t_ms, span))
    whole = missing_ms <= (1 - WHOLE_COVERAGE) * (span.t_end_ms - span.t_start_ms)
    return True if whole else "partial"


def gaps(t_ms: npt.NDArray[np.int64], span: Span) -> list[tuple[int, int]]:
    """Where the clock has no sample for longer than may be interpolated, ms of session time."""
    edges = np.concatenate([[span.t_start_ms], t_ms, [span.t_end_ms]])
    wide = np.flatnonzero(np.diff(edges) > MAX_GAP_MS)
    return [(int(edges[i]), int(edges[i + 1])) for i in wide]
