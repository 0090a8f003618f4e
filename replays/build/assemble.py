"""SessionData in, Replay out: the whole build, from arrays to arrays. Pure."""

from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from replays.artefact.model import MAX_GAP_MS, Feed, FeedColumn, Replay
from replays.build.events import session_events
from replays.build.outline import Outline, build_outline
from replays.build.passages import TYPICAL_LAP_M, running_maximum, sector_phases, unwrapped_progress
from replays.build.timing import PROGRESS_DECIMALS, Span, stored_progress, timing_feed
from replays.build.track import track_document
from replays.loading.session_data import MISSING, CarFeed, PositionFeed, SessionData
from seasons.keys import QUALIFYING_KINDS, RACE_KINDS, session_key

BEFORE_RACE_MS = 600_000
BEFORE_OTHERS_MS = 60_000
BEFORE_WITHOUT_TELEMETRY_MS = 10_000
AFTER_MS = 120_000
SECOND_MS = 1_000
WHOLE_COVERAGE = 0.95
FIRST_SEASON_WITHOUT_DRS = 2026
DRS_ELIGIBLE = 8
LONGEST_GAPS = 20


def build_replay(data: SessionData) -> Replay:
    """The replay of `data`. Takes about a second for a two-hour race; raises ValueError where there is no moment
    to play."""
    span = replay_span(data)
    outline = build_outline(data)
    sectors = sector_phases(data, outline)
    lap_m = outline.length_m if outline else TYPICAL_LAP_M
    feeds: list[Feed] = []
    progress: npt.NDArray[np.float64] | None = None
    if data.positions is not None:
        if outline is not None and outline.source == "telemetry":
            progress = running_maximum(unwrapped_progress(data, data.positions, outline))
        feeds.append(_within(_position_feed(data.positions, progress), span))
    if data.cars is not None:
        feeds.append(_within(_car_feed(data.cars, _drs_published(data)), span))
    if data.laps:
        feeds.append(timing_feed(data, span, progress, sectors, lap_m))
    feeds = [feed for feed in feeds if feed.t_ms.size]
    return Replay(
        header=_header(data, span, feeds, outline),
        feeds=tuple(feeds),
        events=session_events(data, span.t_end_ms),
        track=track_document(data, outline, sectors),
        t_start_ms=span.t_start_ms,
        t_end_ms=span.t_end_ms,
        cars=tuple(
            {"number": e.number, "code": e.code, "name": e.full_name, "team": e.team, "colour": e.colour}
            for e in data.entries
        ),
    )


def replay_span(data: SessionData) -> Span:
    """From ten minutes before lights-out (a minute before other sessions) to two after the last lap, as far as
    there are samples, and never less than from the start to the last lap."""
    clocks = [feed.t_ms for feed in (data.positions, data.cars) if feed is not None]
    ends = [lap.end_ms for lap in data.laps if lap.end_ms is not None]
    starts = [lap.start_ms for lap in data.laps if lap.start_ms is not None]
    started = data.start_ms if data.start_ms is not None else min(starts, default=None)
    if started is None:
        first_known = [int(clock[0]) for clock in clocks] or ends
        if not first_known:
            raise ValueError("the session has no moment to play")
        started = min(first_known)
    race = data.session.kind in RACE_KINDS
    if clocks:
        before = BEFORE_RACE_MS if race else BEFORE_OTHERS_MS
        start = min(max(int(min(clock[0] for clock in clocks)), started - before), started)
    else:
        start = started - BEFORE_WITHOUT_TELEMETRY_MS
    last_lap = max(ends, default=started)
    last_sample = int(max((clock[-1] for clock in clocks), default=last_lap))
    end = max(last_lap, min(last_sample, last_lap + AFTER_MS)) if ends else last_sample
    start = max(start, 0) // SECOND_MS * SECOND_MS
    if end <= start:
        raise ValueError("the session has no moment to play")
    return Span(start, end)


def _position_feed(feed: PositionFeed, progress: npt.NDArray[np.float64] | None) -> Feed:
    columns = [FeedColumn("x", "m", 1, True, feed.x_dm), FeedColumn("y", "m", 1, True, feed.y_dm)]
    if progress is not None:
        columns.append(FeedColumn("progress", "laps", PROGRESS_DECIMALS, True, stored_progress(progress)))
    return Feed("position", feed.t_ms, tuple(columns), MAX_GAP_MS)


def _car_feed(feed: CarFeed, drs: bool) -> Feed:
    columns = [
        FeedColumn("speed", "km/h", 0, True, feed.speed_kmh),
        FeedColumn("throttle", "%", 0, True, feed.throttle_percent),
        FeedColumn("brake", "%", 0, False, feed.brake_percent),
        FeedColumn("gear", None, 0, False, feed.gear),
        FeedColumn("rpm", "1/min", 0, True, feed.rpm),
    ]
    if drs:
        columns.append(FeedColumn("drs", None, 0, False, feed.drs))
    return Feed("car", feed.t_ms, tuple(columns), MAX_GAP_MS)


def _within(feed: Feed, span: Span) -> Feed:
    rows = slice(*np.searchsorted(feed.t_ms, (span.t_start_ms, span.t_end_ms + 1)))
    columns = tuple(FeedColumn(c.name, c.unit, c.decimals, c.continuous, c.raw[rows], c.labels) for c in feed.columns)
    return Feed(feed.name, feed.t_ms[rows], columns, feed.max_gap_ms)


def _drs_published(data: SessionData) -> bool:
    return data.session.event.year < FIRST_SEASON_WITHOUT_DRS


def _header(data: SessionData, span: Span, feeds: list[Feed], outline: Outline | None) -> dict[str, Any]:
    event = data.session.event
    return {
        "session": {
            "key": session_key(event.year, event.name, data.session.kind),
            "year": event.year,
            "round": event.round_number,
            "event": event.name,
            "name": data.session.name,
            "kind": data.session.kind,
            "location": event.location,
            "country": event.country,
            "start": data.session.start.isoformat() if data.session.start else None,
            "utc_offset_s": data.session.utc_offset_s,
            "is_demo": event.is_demo,
        },
        "source": {
            "kind": data.provenance.kind,
            "fastf1": data.provenance.fastf1_version,
            "feeds": list(data.provenance.feeds),
            "sha256": source_digest(data),
        },
        "lights_out_ms": data.start_ms if data.session.kind in RACE_KINDS else None,
        "t0_utc_ms": data.t0_utc_ms,
        "laps": data.total_laps,
        "segments": len(data.session_status) > 0 and data.session.kind in QUALIFYING_KINDS,
        "capabilities": capabilities(data, span, feeds),
        "quality": quality(data, span, outline),
    }


def capabilities(data: SessionData, span: Span, feeds: list[Feed]) -> dict[str, bool | str]:
    """What the session has: true, false, or `partial` where a feed covers less than 95 % of it."""
    by_name = {feed.name: feed for feed in feeds}
    drs_seen = data.cars is not None and bool((data.cars.drs >= DRS_ELIGIBLE).any())
    return {
        "positions": _covered(by_name.get("position"), span),
        "car_data": _covered(by_name.get("car"), span),
        "timing": bool(data.laps),
        "weather": bool(data.weather),
        "race_control": bool(data.race_control),
        "tyres": any(lap.compound for lap in data.laps),
        "drs": drs_seen and _drs_published(data),
    }


def _covered(feed: Feed | None, span: Span) -> bool | str:
    if feed is None:
        return False
    missing_ms = sum(end - start for start, end in _gaps(feed.t_ms, span))
    whole = missing_ms <= (1 - WHOLE_COVERAGE) * (span.t_end_ms - span.t_start_ms)
    return True if whole else "partial"


def _gaps(t_ms: npt.NDArray[np.int64], span: Span) -> list[tuple[int, int]]:
    """Where the clock has no sample for longer than may be interpolated, ms of session time."""
    edges = np.concatenate([[span.t_start_ms], t_ms, [span.t_end_ms]])
    wide = np.flatnonzero(np.diff(edges) > MAX_GAP_MS)
    return [(int(edges[i]), int(edges[i + 1])) for i in wide]


def quality(data: SessionData, span: Span, outline: Outline | None) -> dict[str, Any]:
    """What is known to be less than whole about this replay."""
    feeds = {"position": data.positions, "car": data.cars}
    gaps = {name: _gaps(feed.t_ms, span) for name, feed in feeds.items() if feed is not None}
    silent = []
    if data.positions is not None:
        known = (data.positions.x_dm != MISSING).any(axis=0)
        silent = [entry.code for entry, seen in zip(data.entries, known, strict=True) if not seen]
    return {
        "gaps": {
            name: {"count": len(found), "total_ms": sum(b - a for a, b in found), "longest_ms": _longest(found)}
            for name, found in gaps.items()
        },
        "cars_without_positions": silent,
        "outline": outline.source if outline else None,
        "clock": "feed",
        "problems": list(data.provenance.problems),
    }


def _longest(gaps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest gaps, in time order."""
    return sorted(sorted(gaps, key=lambda gap: gap[0] - gap[1])[:LONGEST_GAPS])


def source_digest(data: SessionData) -> str:
    """SHA-256 over everything the replay is built from, hexadecimal: the same data, the same digest."""
    digest = sha256()
    records = [data.session, data.entries, data.laps, data.track_status, data.session_status, data.car_flags]
    records += [data.race_control, data.weather, data.circuit, data.start_ms, data.total_laps, data.t0_utc_ms]
    digest.update(orjson.dumps(records))
    for feed in (data.positions, data.cars):
        if feed is None:
            continue
        for name in feed.__slots__:
            digest.update(np.ascontiguousarray(getattr(feed, name)).tobytes())
    return digest.hexdigest()
