"""SessionData in, Replay out: the whole build, from arrays to arrays. Pure."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
import orjson

from replays.artefact.model import Feed, Replay
from replays.build.capabilities import capabilities
from replays.build.events import session_events
from replays.build.lap_shape import lap_shape, sector_phases_by_time
from replays.build.located import located
from replays.build.mended_clock import mended_clock
from replays.build.outliers import without_outliers
from replays.build.outline import build_outline
from replays.build.passages import TYPICAL_LAP_M, sector_phases
from replays.build.quality import Built, quality
from replays.build.span import replay_span
from replays.build.telemetry_feeds import car_feed, drs_published, on_clock, position_feed
from replays.build.timing import timing_feed
from replays.build.timing_lag import on_official_clock
from replays.build.track import track_document
from replays.loading.session_data import SessionData
from seasons.keys import QUALIFYING_KINDS, RACE_KINDS, session_key


def build_replay(data: SessionData) -> Replay:
    """The replay of `data`. Takes about a second for a two-hour race; raises ValueError where there is no moment
    to play."""
    told, outliers = _without_outliers(data)
    clock = on_official_clock(mended_clock(told.positions, told.cars), told)
    data = on_clock(told, clock)
    span = replay_span(data)
    outline = build_outline(data)
    sectors = sector_phases(data, outline)
    if outline is not None and data.positions is None:
        sectors = sector_phases_by_time(data.laps, lap_shape(outline)) or sectors
    lap_m = outline.length_m if outline else TYPICAL_LAP_M
    told_ms = None if told.positions is None else told.positions.t_ms
    cars = located(data, told_ms, outline, sectors, mends=not clock.why_not)
    feeds: list[Feed] = []
    if cars is not None:
        feeds.append(position_feed(cars.feed, cars.told_ms, cars.progress, span))
    if data.cars is not None and told.cars is not None:
        feeds.append(car_feed(data.cars, told.cars.t_ms, span, drs=drs_published(data)))
    if data.laps:
        feeds.append(timing_feed(data, span, cars.seen if cars else None, sectors, lap_m))
    feeds = [feed for feed in feeds if feed.t_ms.size]
    report = quality(Built(told, data, clock, span, outline, cars, feeds, outliers))
    return Replay(
        header=_header(told, capabilities(data, span, feeds, cars), report),
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


def _without_outliers(data: SessionData) -> tuple[SessionData, int]:
    if data.positions is None:
        return data, 0
    positions, outliers = without_outliers(data.positions)
    return replace(data, positions=positions), outliers


def _header(data: SessionData, has: dict[str, bool | str], report: dict[str, Any]) -> dict[str, Any]:
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
        "capabilities": has,
        "quality": report,
    }


def source_digest(data: SessionData) -> str:
    """SHA-256 over everything the replay is built from, hexadecimal: the same data, the same digest."""
    digest = sha256()
    records: list[Any] = [data.session, data.entries, data.laps, data.track_status, data.session_status]
    records += [data.car_flags, data.mini_sectors]
    records += [data.race_control, data.weather, data.circuit, data.start_ms, data.total_laps, data.t0_utc_ms]
    digest.update(orjson.dumps(records))
    for feed in (data.positions, data.cars):
        if feed is None:
            continue
        for name in feed.__slots__:
            digest.update(np.ascontiguousarray(getattr(feed, name)).tobytes())
    return digest.hexdigest()
