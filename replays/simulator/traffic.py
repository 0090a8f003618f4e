"""Cars around cars: who follows whom, how close one may come, who pulls out to pass, and where on the road."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replays.simulator import circuit as track
from replays.simulator.cars import CAR_LENGTH_M, PIT_LANE, RACING, STOPPED, Cars
from replays.simulator.circuit import Circuit
from replays.simulator.field import CARS, team_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

REACTION_S = 0.18
SAFE_BRAKING_MS2 = 30.0
SAFE_BRAKING_BEHIND_SC_MS2 = 9.0
LANE_WIDTH_M = 2.3
"""Cars closer sideways than this are in each other's way."""
PASS_OFFSET_M = 3.3
LETTING_BY_OFFSET_M = -3.4
LETTING_BY_SHARE = 0.88
"""Share of its speed that a car under blue flags keeps."""
CLEAR_M = 9.0
TURBULENCE_COST = 0.012
"""Share of speed lost in corners right behind another car."""
SLIPSTREAM = 0.95
"""What a slipstream is worth right behind another car, an open wing being 1."""
STRAIGHT_CURVATURE = 0.0018
SLOW_CORNER_CURVATURE = 0.008
BLUE_FLAG_M = 55.0
AHEAD_TO_CORNER_M = 60.0
SPEED_ADVANTAGE = 0.004
PULLS_OUT_S = 0.38


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For each car the next ones in front of it on the road, whatever lap they are on.

    `front` int64 (3, cars): index of the car, `CARS` for the safety car; `distance_m` (3, cars) to its middle.
    """

    front: Ints
    distance_m: Floats


@dataclass(frozen=True, slots=True)
class Road:
    """What a driver knows of the road at each point of the circuit: float64 and bool (points,)."""

    passing_place: Bools
    inside_m: Floats
    """Sideways place for a pass: on the inside of the next corner."""
    corner: Floats
    """How much following costs here: 1 in corners, 0 on straights."""
    step_m: float

    def index(self, s_m: Floats, length_m: float) -> Ints:
        return (s_m % length_m / self.step_m).astype(np.int64) % len(self.corner)


def road_of(circuit: Circuit) -> Road:
    """Where one can pass, on which side, and where one cannot."""
    bend = np.abs(circuit.curvature)
    ahead = int(AHEAD_TO_CORNER_M / circuit.step_m)
    n = len(bend)
    straight = bend < STRAIGHT_CURVATURE
    long_enough = straight & np.roll(straight, -ahead)
    side = np.zeros(n)
    current = 0.0
    for i in range(2 * n - 1, -1, -1):
        if bend[i % n] >= STRAIGHT_CURVATURE:
            current = PASS_OFFSET_M if circuit.curvature[i % n] > 0 else -PASS_OFFSET_M
        side[i % n] = current
    return Road(long_enough, side, np.minimum(bend / SLOW_CORNER_CURVATURE, 1.0), circuit.step_m)


def neighbours(cars: Cars, length_m: float, safety_car_s_m: float | None) -> Neighbours:
    """The next three in front of each car; parked cars do not count."""
    on_road = np.flatnonzero(cars.mode != STOPPED)
    place = cars.s_m % length_m
    if safety_car_s_m is not None:
        on_road = np.append(on_road, CARS)
        place = np.append(place, safety_car_s_m % length_m)
    order = on_road[np.argsort(place[on_road], kind="stable")]
    ring = np.concatenate((order, order[:3]))
    is_car = order < CARS
    front = np.full((3, CARS), -1)
    distance = np.full((3, CARS), np.inf)
    for rank in range(3):
        ahead = ring[rank + 1 : rank + 1 + len(order)]
        gap = (place[ahead] - place[order]) % length_m
        front[rank, order[is_car]] = ahead[is_car]
        distance[rank, order[is_car]] = gap[is_car]
    return Neighbours(front, distance)


def following_limit(cars: Cars, near: Neighbours, safety_car_u_ms: float, *, behind_safety_car: bool) -> Floats:
    """Speed at which each car could still stop behind the car in front of it in its lane (Gipps 1981)."""
    braking = SAFE_BRAKING_BEHIND_SC_MS2 if behind_safety_car else SAFE_BRAKING_MS2
    speed = np.append(cars.u_ms, safety_car_u_ms)
    lateral = np.append(cars.d_m, 0.0)
    backoff = braking * REACTION_S
    room = np.maximum(near.distance_m - CAR_LENGTH_M - 1.5, 0.0)
    safe = -backoff + np.sqrt(backoff * backoff + speed[near.front] ** 2 + 2 * braking * np.minimum(room, 500.0))
    # Cars halfway through each other (a merge at the start) drift apart instead of stopping dead.
    safe = np.where(near.distance_m < CAR_LENGTH_M, np.maximum(safe, 0.93 * speed[near.front]), safe)
    in_lane = np.abs(lateral[near.front] - cars.d_m) < LANE_WIDTH_M
    return np.where(in_lane & (near.front >= 0), safe, np.inf).min(axis=0)


def decide_passes(
    cars: Cars,
    near: Neighbours,
    wanted_share: Floats,
    driven_share: Floats,
    road: Road,
    length_m: float,
    allowed: Bools,
) -> None:
    """Pull out where a slower car is close in front on a straight; go back in once clear or at the corner.

    Both shares (cars,) are of the profile's speed where each car is: the car in front is always further down the
    straight, so speeds themselves do not compare.
    """
    front = np.maximum(near.front[0], 0)
    is_car = (near.front[0] >= 0) & (near.front[0] < CARS)
    front = np.where(is_car, front, 0)
    here = road.index(cars.s_m, length_m)
    close = near.distance_m[0] < CAR_LENGTH_M + 4.0 + PULLS_OUT_S * cars.u_ms
    faster = wanted_share > driven_share[front] + SPEED_ADVANTAGE
    both_racing = (cars.mode == RACING) & (cars.mode[front] == RACING)
    pulls_out = (
        allowed & is_car & both_racing & close & faster & road.passing_place[here] & (cars.u_ms > 40.0)
        & (np.abs(cars.pass_side_m) < 0.1) & (np.abs(cars.d_m[front]) < 1.6)
    )  # fmt: skip
    cars.pass_side_m[pulls_out] = road.inside_m[here][pulls_out]
    cars.passing[pulls_out] = front[pulls_out]
    if (cars.passing < 0).all():
        return
    passed = np.maximum(cars.passing, 0)
    lead = (cars.s_m - cars.s_m[passed] + length_m / 2) % length_m - length_m / 2
    over = (cars.passing >= 0) & ((lead > CLEAR_M) | (lead < -60.0) | ~road.passing_place[here])
    cars.pass_side_m[over] = 0.0
    cars.passing[over] = -1


def being_lapped(cars: Cars, near: Neighbours, length_m: float) -> tuple[Bools, Ints]:
    """Which cars have a car a lap or more ahead of them close behind; and which one (cars,)."""
    lapped = np.zeros(CARS, dtype=bool)
    by = np.full(CARS, -1)
    running = cars.s_m[cars.running()]
    if running.max() - running.min() < length_m - 100.0:
        return lapped, by
    front = near.front[0]
    is_car = (front >= 0) & (front < CARS)
    safe_front = np.where(is_car, front, 0)
    leads_by_laps = cars.s_m - cars.s_m[safe_front] > length_m / 2
    close = near.distance_m[0] < BLUE_FLAG_M
    lapping = is_car & leads_by_laps & close & (cars.mode == RACING) & (cars.mode[safe_front] == RACING)
    lapped[front[lapping]] = True
    by[front[lapping]] = np.flatnonzero(lapping)
    return lapped, by


def turbulence(cars: Cars, near: Neighbours, road: Road, length_m: float) -> tuple[Floats, Floats]:
    """What the car in front does to one: share of speed lost in corners, slipstream gained on straights."""
    gap_s = near.distance_m[0] / np.maximum(cars.u_ms, 20.0)
    corner = road.corner[road.index(cars.s_m, length_m)]
    closeness = np.maximum(1.0 - gap_s / 1.3, 0.0)
    slipstream = np.where(corner < 0.05, np.maximum(1.0 - gap_s / 1.1, 0.0) * SLIPSTREAM, 0.0)
    return TURBULENCE_COST * closeness * corner, slipstream


def lateral_targets(
    cars: Cars, circuit: Circuit, road: Road, wave: Floats, bias: Floats, phase: Floats, lapped: Bools
) -> Floats:
    """Where across the road each car wants to be, in metres left of the racing line."""
    points = len(wave)
    here = ((cars.s_m / circuit.length_m + phase) % 1.0 * points).astype(np.int64) % points
    target = bias + 0.4 * wave[here] + cars.pass_side_m
    target = np.where(lapped, LETTING_BY_OFFSET_M, target)
    target = np.where(cars.parking_m != 0.0, cars.parking_m, target)
    target = np.where(cars.leaving_pits, track.PIT_EXIT_OFFSET_M, target)
    lane = np.sign(cars.d_m) * track.GRID_OFFSET_M
    return np.where(cars.grid_lane, lane, target)


def move_sideways(cars: Cars, circuit: Circuit, target_m: Floats, dt_s: float) -> Floats:
    """Places across the road one step later; cars in the pit lane keep to its path and their boxes."""
    rate = np.minimum(0.10 * cars.u_ms, 2.6)
    step = np.minimum(np.maximum((target_m - cars.d_m) * 0.9, -rate), rate) * dt_s
    free = cars.d_m + step
    in_pits = cars.mode == PIT_LANE
    if not in_pits.any():
        return free
    teams = np.array([team_of(car) for car in range(CARS)])
    boxes = track.FIRST_BOX_AFTER_LINE_M + track.BOX_SPACING_M * teams
    from_box = np.abs(circuit.from_line(cars.s_m) - boxes)
    into_box = track.BOX_OFFSET_M * np.maximum(1.0 - np.maximum(from_box - 1.0, 0.0) / 13.0, 0.0)
    into_lane = np.minimum((circuit.from_line(cars.s_m) + track.PIT_ENTRY_BEFORE_LINE_M) / 60.0, 1.0)
    own = np.where(from_box < 14.0, into_box, 0.0)
    # Blend from wherever the car was at the entry onto the path within 60 m.
    path = circuit.pit_offset(cars.s_m) + own
    return np.where(in_pits, cars.d_m + (path - cars.d_m) * np.maximum(into_lane, 0.05), free)
