"""How steadily cars are drawn: places as frames have them, against the cars' own speeds and the outline. Pure."""

import numpy as np
import numpy.typing as npt

from replays.build.closed_line import ClosedLine
from replays.build.places import ON_TRACK_M

DRIVING_KMH = 50.0
WINDOW = 10
"""Frames in which a speed may vary: a second of ten a second."""
FAST_KMH = 150.0
STRAIGHT_RAD = 0.05
"""By how much a car turns at most on a straight, in a window."""
KMH_PER_M_PER_S = 3.6

Floats = npt.NDArray[np.float64]


def driven_back_m(xy_m: Floats, speed_kmh: Floats, outline: ClosedLine) -> Floats:
    """How far each car on the track that drives is drawn back along it from each frame to the next, in metres, 0 where
    it goes on. `xy_m` float64 (frames, cars, 2) and `speed_kmh` (frames, cars) are NaN where unknown."""
    phase, away_m = (axis.reshape(speed_kmh.shape) for axis in outline.phases(xy_m.reshape(-1, 2)))
    ahead_m = ((np.diff(phase, axis=0) + 0.5) % 1.0 - 0.5) * outline.length_m
    on_track = (away_m <= ON_TRACK_M) & (speed_kmh >= DRIVING_KMH)
    counts = on_track[1:] & on_track[:-1] & ~np.isnan(ahead_m)
    return np.maximum(-ahead_m[counts], 0.0)


def unsteadiness_kmh(xy_m: Floats, speed_kmh: Floats, step_s: float) -> Floats:
    """By how much more the speed at which a car is drawn varies in each WINDOW on a straight than its own, in km/h:
    between its lowest and its highest. Arrays are those of `driven_back_m`, their frames `step_s` apart."""
    step_m = np.diff(xy_m, axis=0)
    drawn_kmh = np.linalg.norm(step_m, axis=2) / step_s * KMH_PER_M_PER_S
    own_kmh = (speed_kmh[1:] + speed_kmh[:-1]) / 2
    heading = np.arctan2(step_m[..., 1], step_m[..., 0])
    drawn, own, heading = (_windows(one) for one in (drawn_kmh, own_kmh, heading))
    turned = np.abs(np.angle(np.exp(1j * (heading[:, -1] - heading[:, 0]))))
    with np.errstate(invalid="ignore"):
        counts = (turned <= STRAIGHT_RAD) & (own.min(axis=1) >= FAST_KMH) & ~np.isnan(drawn).any(axis=1)
    return np.asarray((np.ptp(drawn, axis=1) - np.ptp(own, axis=1))[counts])


def _windows(values: Floats) -> Floats:
    """(windows, WINDOW, cars) of (frames, cars)."""
    whole = len(values) // WINDOW
    return values[: whole * WINDOW].reshape(whole, WINDOW, -1)
