"""Where the cars of a session were: as the position feed says, and by timing where it says nothing. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.build.estimated_places import estimated_positions
from replays.build.moved_places import MovedPlaces, moved_places
from replays.build.outline import Outline
from replays.build.passages import progress_at_phases, running_maximum
from replays.build.places import Places, places_of
from replays.build.places_at_lines import ahead_at_lines_m
from replays.build.silences import SILENCE_MS, fill_silences
from replays.build.steadied_places import steadied_m
from replays.loading.session_data import MISSING, PositionFeed, SessionData

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Located:
    """`feed` is on the replay's clock, `told_ms` int64 (instants,) are its instants as the source had them.

    `progress` float64 (instants, cars) goes with it. `seen`, the progress, and `places`, on the outline, are those of
    the session's own positions, and `moved_m` is how far along the outline those were moved; None where they tell none.
    `estimated_ms` are pairs of begin and end.
    """

    feed: PositionFeed
    told_ms: Ints
    progress: Floats | None = None
    seen: Floats | None = None
    places: Places | None = None
    moved_m: Floats | None = None
    estimated_ms: tuple[tuple[int, int], ...] = ()


def located(
    data: SessionData, told_ms: Ints | None, outline: Outline | None, sectors: tuple[float, float], *, mends: bool
) -> Located | None:
    """The places of the cars of `data`, which is on the replay's clock; None where nothing tells any. `mends`: whether
    positions and speeds are on one clock, so that speeds tell what is wrong with places."""
    if data.positions is None or told_ms is None:
        return _estimated(data, outline, sectors)
    if outline is None or outline.source != "telemetry":
        return Located(data.positions, told_ms)
    moved = _moved(data, data.positions, outline, sectors, mends=mends)
    progress = running_maximum(progress_at_phases(data, moved.feed, moved.places.phase))
    seen = Located(moved.feed, told_ms, progress, progress, moved.places, moved.moved_m)
    return _filled(data, seen, outline, sectors) if _is_silent(data) else seen


def _moved(
    data: SessionData, feed: PositionFeed, outline: Outline, sectors: tuple[float, float], *, mends: bool
) -> MovedPlaces:
    """Where the feed has the cars, led by their speeds and to the lines."""
    places = places_of(feed, outline)
    moved_m = np.zeros(places.phase.shape)
    if mends and data.cars is not None:
        moved_m = steadied_m(feed, data.cars, outline, places)
    ahead_m = ahead_at_lines_m(data, outline, places, moved_m, sectors)
    return moved_places(feed, outline, places, moved_m - ahead_m)


def _estimated(data: SessionData, outline: Outline | None, sectors: tuple[float, float]) -> Located | None:
    estimated = None if outline is None else estimated_positions(data, outline, sectors)
    if estimated is None:
        return None
    feed, _ = estimated
    return Located(feed, feed.t_ms, estimated_ms=((int(feed.t_ms[0]), int(feed.t_ms[-1])),))


def _is_silent(data: SessionData) -> bool:
    """Whether the feed has no car at all for long while laps are driven."""
    driven = [t for lap in data.laps for t in (lap.start_ms, lap.end_ms) if t is not None]
    if data.positions is None or not driven:
        return False
    began, ended = min(driven), max(driven)
    spoken = data.positions.t_ms[(data.positions.x_dm != MISSING).any(axis=1)]
    edges = np.concatenate([[began], spoken[(spoken > began) & (spoken < ended)], [ended]])
    return bool(np.diff(edges).max() > SILENCE_MS)


def _filled(data: SessionData, own: Located, outline: Outline, sectors: tuple[float, float]) -> Located:
    estimated = estimated_positions(data, outline, sectors)
    if estimated is None or own.progress is None:
        return own
    filled = fill_silences(own.feed, own.progress, *estimated)
    real = np.isin(filled.feed.t_ms, own.feed.t_ms)
    told_ms = filled.feed.t_ms.copy()
    told_ms[real] = own.told_ms[np.isin(own.feed.t_ms, filled.feed.t_ms)]
    return Located(
        filled.feed,
        told_ms,
        running_maximum(filled.progress),
        own.progress,
        own.places,
        own.moved_m,
        filled.estimated_ms,
    )
