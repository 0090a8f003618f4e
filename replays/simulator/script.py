"""What is decided before the race: grid, pace, tyres and plans of each car, and which lap brings what.

All chance of a race is drawn here, once, from its seed; the driving itself is mechanics.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.simulator.field import CARS, team_mate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SOFT, MEDIUM, HARD, INTERMEDIATE = range(4)
COMPOUNDS = ("SOFT", "MEDIUM", "HARD", "INTERMEDIATE")

MIN_LAPS = 12
LAP_LUCK = 0.008
"""A driver is up to this share of his speed faster or slower in a lap than in another."""

EARLY, SAFETY_CAR, LONG = range(3)
"""When a car makes its first stop: early and planned, behind the safety car, or when the rain comes."""

QUALIFYING_LAPS = 3
"""Laps that the soft tyres of the start have already done."""

PUNCTURE_STOP_S = 10.5
"""A stop with a new front wing."""


@dataclass(frozen=True, slots=True)
class RaceScript:
    """Arrays are indexed by car.

    `grid` lists cars by grid slot. `pace` (cars, laps + 2) scales the speed in each lap. `reaction_s` is the
    time from lights-out to the car's first movement.
    """

    laps: int
    grid: Ints
    pace: Floats
    reaction_s: Floats
    launch: Floats
    start_compound: Ints
    dry_compound: Ints
    plan: Ints
    takes_intermediates: npt.NDArray[np.bool_]
    used_laps: Ints
    stop_s: Floats
    line_bias_m: Floats
    line_phase: Floats
    early_stop_lap: Ints
    spin_lap: int
    spin_place: int
    failure_lap: int
    failure_place: int
    rain_lap: int
    puncture_lap: int


def write_script(seed: int, laps: int) -> RaceScript:
    """The script of a seed. Raises ValueError for fewer laps than all that happens needs."""
    if laps < MIN_LAPS:
        raise ValueError(f"laps: at least {MIN_LAPS}, not {laps}")
    chance = np.random.default_rng([seed, 1])
    team_pace = 1.0 - 0.0014 * np.arange(CARS // 2)
    car_pace = np.repeat(team_pace, 2) - chance.uniform(0.0, 0.004, CARS)
    qualifying = car_pace + chance.uniform(-0.008, 0.008, CARS)
    plan = _plans(chance)
    first, second = _compounds(chance, plan)
    return RaceScript(
        laps=laps,
        grid=np.argsort(-qualifying, kind="stable"),
        pace=np.round(car_pace[:, None] + chance.uniform(-LAP_LUCK, LAP_LUCK, (CARS, laps + 2)), 6),
        reaction_s=np.round(chance.uniform(0.18, 0.42, CARS), 3),
        launch=np.round(chance.uniform(0.78, 1.0, CARS), 4),
        start_compound=first,
        dry_compound=second,
        plan=plan,
        takes_intermediates=_takes_intermediates(chance, plan),
        used_laps=np.where(first == SOFT, QUALIFYING_LAPS, 0),
        stop_s=np.round(chance.uniform(2.0, 3.1, CARS), 1),
        line_bias_m=np.round(chance.uniform(-0.45, 0.45, CARS), 3),
        line_phase=np.round(chance.uniform(0.0, 1.0, CARS), 4),
        early_stop_lap=np.where(np.arange(CARS) % 2 == 0, 3, 4),
        spin_lap=2,
        spin_place=int(chance.integers(9, 14)),
        failure_lap=5,
        failure_place=int(chance.integers(4, 11)),
        rain_lap=laps - 5,
        puncture_lap=laps - 4,
    )


def _plans(chance: np.random.Generator) -> Ints:
    """Three cars stop early, about half of the others behind the safety car; team mates share the risk."""
    plan = np.where(chance.permutation(CARS) < CARS // 2, SAFETY_CAR, LONG)
    for team in chance.permutation(CARS // 2)[:3].tolist():
        plan[2 * team + int(chance.integers(2))] = EARLY
    return plan


def _compounds(chance: np.random.Generator, plan: Ints) -> tuple[Ints, Ints]:
    """First tyres and the dry tyres of the first stop."""
    first = np.where(plan == LONG, chance.integers(MEDIUM, HARD + 1, CARS), chance.integers(SOFT, MEDIUM + 1, CARS))
    first = np.where(plan == EARLY, SOFT, first)
    second = np.where(first == SOFT, chance.integers(MEDIUM, HARD + 1, CARS), SOFT)
    return first, np.where(first == MEDIUM, HARD, second)


def _takes_intermediates(chance: np.random.Generator, plan: Ints) -> npt.NDArray[np.bool_]:
    """Who changes to rain tyres: all who have not stopped yet, and about half of the rest."""
    return (plan == LONG) | (chance.uniform(0.0, 1.0, CARS) < 0.5)


def stop_laps(cars: list[int], lap_of: list[int]) -> dict[int, int]:
    """At the end of which lap each of `cars` stops, if they all decide now; `lap_of` is the lap each car is on.

    There is one box a team: of two team mates the one further back waits a lap.
    """
    laps: dict[int, int] = {}
    for car in cars:
        mate = laps.get(team_mate(car))
        laps[car] = lap_of[car] if mate is None else max(lap_of[car], mate + 1)
    return laps
