"""A dry afternoon with one shower: how wet the track is, and what the weather station says."""

from dataclasses import dataclass

import numpy as np

RAIN_LASTS_S = 250.0
GETTING_WET_S = 110.0
DRYING_S = 420.0
STATION_PERIOD_MS = 60_000


@dataclass(frozen=True, slots=True)
class WeatherSample:
    """A reading of the weather station."""

    t_ms: int
    air_temp_c: float
    track_temp_c: float
    humidity_percent: float
    pressure_mbar: float
    rainfall: bool
    wind_direction_deg: int
    wind_speed_ms: float


def wetness(since_rain_s: float) -> float:
    """How wet the track is, 0 dry to 1, so many seconds after the shower began (negative before it)."""
    if since_rain_s <= 0.0:
        return 0.0
    if since_rain_s <= RAIN_LASTS_S:
        return min(since_rain_s / GETTING_WET_S, 1.0)
    return max(1.0 - (since_rain_s - RAIN_LASTS_S) / DRYING_S, 0.0)


def is_raining(since_rain_s: float) -> bool:
    return 0.0 <= since_rain_s < RAIN_LASTS_S


def weather_samples(seed: int, end_ms: int, rain_starts_ms: int) -> tuple[WeatherSample, ...]:
    """Readings about once a minute from session time zero to `end_ms`."""
    chance = np.random.default_rng([seed, 4])
    samples = []
    direction = 210
    for minute in range(end_ms // STATION_PERIOD_MS + 1):
        t_ms = min(minute * STATION_PERIOD_MS + 1_500 + int(chance.integers(0, 400)), end_ms)
        wet = wetness((t_ms - rain_starts_ms) / 1000)
        direction = (direction + int(chance.integers(-25, 26))) % 360
        wobble = chance.integers(-2, 3, 3)
        samples.append(
            WeatherSample(
                t_ms=t_ms,
                air_temp_c=round(21.4 - 1.6 * wet + 0.1 * int(wobble[0]), 1),
                track_temp_c=round(33.0 - 6.5 * wet + 0.1 * int(wobble[1]), 1),
                humidity_percent=round(58.0 + 24.0 * wet + int(wobble[2]), 1),
                pressure_mbar=round(1013.2 - 0.6 * wet, 1),
                rainfall=is_raining((t_ms - rain_starts_ms) / 1000),
                wind_direction_deg=direction,
                wind_speed_ms=round(1.8 + 1.1 * wet + 0.1 * int(chance.integers(0, 9)), 1),
            )
        )
    return tuple(samples)
