"""A session as it was known at a moment of it."""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from replays.loading.session_data import CarFeed, PositionFeed, SessionData
from seasons.records import LapRecord

Sent = TypeVar("Sent", PositionFeed, CarFeed)


def known_at(data: SessionData, t_ms: int) -> SessionData:
    """`data` without anything that was said or sent after `t_ms`, and without how it ended."""
    unknown = {"position": None, "classified": "", "status": "", "points": None, "laps": None, "race_time_ms": None}
    return replace(
        data,
        entries=tuple(replace(entry, **unknown) for entry in data.entries),
        laps=tuple(_lap(lap, t_ms) for lap in data.laps if lap.start_ms is not None and lap.start_ms <= t_ms),
        positions=_sent(data.positions, t_ms),
        cars=_sent(data.cars, t_ms),
        race_control=tuple(m for m in data.race_control if m.t_ms is not None and m.t_ms <= t_ms),
        **{
            name: tuple(one for one in getattr(data, name) if one.t_ms <= t_ms)
            for name in ("track_status", "session_status", "car_flags", "mini_sectors", "weather")
        },
    )


def _sent(feed: Sent | None, t_ms: int) -> Sent | None:
    if feed is None:
        return None
    rows = slice(0, int(np.searchsorted(feed.t_ms, t_ms, "right")))
    return type(feed)(*(getattr(feed, name)[rows] for name in feed.__slots__))


def _lap(lap: LapRecord, t_ms: int) -> LapRecord:
    if lap.end_ms is not None and lap.end_ms <= t_ms:
        return replace(lap, pit_in_ms=_known(lap.pit_in_ms, t_ms))
    ends = tuple(_known(end, t_ms) for end in lap.sector_end_ms)
    return replace(
        lap,
        end_ms=None,
        lap_time_ms=None,
        sector_end_ms=ends,
        sector_ms=tuple(None if end is None else ms for ms, end in zip(lap.sector_ms, ends, strict=True)),
        pit_in_ms=_known(lap.pit_in_ms, t_ms),
        pit_out_ms=_known(lap.pit_out_ms, t_ms),
        position=None,
        accurate=False,
    )


def _known(moment: int | None, t_ms: int) -> int | None:
    return moment if moment is not None and moment <= t_ms else None
