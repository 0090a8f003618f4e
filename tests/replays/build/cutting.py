"""A session as it was known at a moment of it."""

from dataclasses import replace

import numpy as np

from replays.loading.session_data import CarFeed, PositionFeed, SessionData
from seasons.records import LapRecord


def known_at(data: SessionData, t_ms: int) -> SessionData:
    """`data` without anything that was said or sent after `t_ms`, and without how it ended."""
    assert data.positions is not None
    assert data.cars is not None
    unknown = {"position": None, "classified": "", "status": "", "points": None, "laps": None, "race_time_ms": None}
    p, c = data.positions, data.cars
    rows = slice(0, int(np.searchsorted(p.t_ms, t_ms, "right")))
    car_rows = slice(0, int(np.searchsorted(c.t_ms, t_ms, "right")))
    return replace(
        data,
        entries=tuple(replace(entry, **unknown) for entry in data.entries),
        laps=tuple(_lap(lap, t_ms) for lap in data.laps if lap.start_ms is not None and lap.start_ms <= t_ms),
        positions=PositionFeed(*(getattr(p, name)[rows] for name in p.__slots__)),
        cars=CarFeed(*(getattr(c, name)[car_rows] for name in c.__slots__)),
        race_control=tuple(m for m in data.race_control if m.t_ms is not None and m.t_ms <= t_ms),
        **{
            name: tuple(one for one in getattr(data, name) if one.t_ms <= t_ms)
            for name in ("track_status", "session_status", "car_flags", "weather")
        },
    )


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
