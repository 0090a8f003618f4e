"""Whatever the seed, the simulated race obeys the laws of motion and of racing."""

import numpy as np
import pytest

from replays.simulator.motion import NOT_REACHED
from replays.simulator.simulation import simulate_race

CARS = 20


@pytest.fixture(scope="session", params=["default", 7])
def any_race(request, race):
    return race if request.param == "default" else simulate_race(request.param, laps=12)


def happening(race, kind):
    return next(event for event in race.happenings if event.kind == kind)


def moment_ms(race, kind):
    return race.lights_out_ms + round(1000 * happening(race, kind).t_s)


def test_the_field_is_invented_and_complete(race):
    assert len(race.drivers) == CARS
    assert len({driver.number for driver in race.drivers}) == CARS
    assert len({driver.code for driver in race.drivers}) == CARS
    assert len({driver.team.colour for driver in race.drivers}) == CARS // 2


def test_too_short_a_race_is_refused():
    with pytest.raises(ValueError, match="laps: at least 12, not 11"):
        simulate_race(laps=11)


@pytest.mark.slow
def test_the_same_seed_drives_the_same_race_and_another_one_another(race):
    again, other = simulate_race(), simulate_race(race.seed + 1)

    assert np.array_equal(again.motion.s_m, race.motion.s_m)
    assert again.happenings == race.happenings
    assert again.classification == race.classification
    assert other.classification != race.classification


def test_speeds_are_those_of_racing_cars(any_race):
    speed = any_race.places.speed_kmh

    assert speed.min() >= 0
    assert 315 < speed.max() < 345


def test_nobody_drives_backwards(any_race):
    assert (np.diff(any_race.motion.s_m, axis=0) >= 0).all()


def test_nobody_jumps_and_motion_agrees_with_the_speed_channel(any_race):
    places = any_race.places
    moved_kmh = np.hypot(np.diff(places.x_m, axis=0), np.diff(places.y_m, axis=0)) / 0.1 * 3.6
    mean_kmh = (places.speed_kmh[1:] + places.speed_kmh[:-1]) / 2

    assert np.abs(moved_kmh - mean_kmh).max() < 8.0
    assert np.quantile(np.abs(moved_kmh - mean_kmh), 0.999) < 0.5


def test_nobody_brakes_or_accelerates_beyond_what_cars_can_do(any_race):
    change = np.diff(any_race.motion.u_ms, axis=0) / 0.1

    assert change.min() > -47.0
    assert change.max() < 18.0


def test_cars_stand_apart_on_the_grid_until_lights_out(any_race):
    before = any_race.at([0, any_race.lights_out_ms])
    apart = np.hypot(before.x_m[0][:, None] - before.x_m[0], before.y_m[0][:, None] - before.y_m[0])

    assert np.array_equal(before.s_m[0], before.s_m[1])
    assert apart[~np.eye(CARS, dtype=bool)].min() > 7.0
    assert (before.s_m[0] < 0).all()
    assert any_race.order_at([0])[0].tolist() == list(any_race.grid)


def test_everybody_has_left_the_grid_in_seconds(any_race):
    assert (any_race.at([any_race.lights_out_ms + 4000]).speed_kmh > 80).all()


def test_the_order_is_a_permutation_that_follows_progress(any_race):
    instants = np.random.default_rng(1).integers(0, any_race.end_ms, 200)
    order, progress = any_race.order_at(instants), any_race.progress_at(instants)

    assert (np.sort(order, axis=1) == np.arange(CARS)).all()
    assert (np.diff(np.take_along_axis(progress, order, axis=1), axis=1) <= 0).all()


def test_the_last_order_is_the_classification(any_race):
    assert any_race.order[-1].tolist() == [result.car for result in any_race.classification]


def test_gaps_are_nothing_for_the_leader_and_grow_down_the_order(any_race):
    instants = np.arange(any_race.lights_out_ms + 60_000, any_race.end_ms, 7_001)
    gaps = np.take_along_axis(any_race.gap_at(instants), any_race.order_at(instants), axis=1)

    assert (gaps[:, 0] == 0).all()
    for row in gaps:
        known = row[~np.isnan(row)]
        assert (np.diff(known) >= -0.02).all()


def test_a_gap_on_the_line_is_the_difference_of_the_passages(any_race):
    lap = 4
    ends = any_race.lap_end_ms[lap - 1]
    cars = np.flatnonzero(ends != NOT_REACHED)
    winner = cars[np.argmin(ends[cars])]
    for car in cars:
        if any_race.order_at([ends[car]])[0, 0] == winner:
            assert any_race.gap_at([ends[car]])[0, car] == pytest.approx((ends[car] - ends[winner]) / 1000, abs=0.005)


def test_all_who_finish_have_all_laps_but_who_was_lapped(any_race):
    results = any_race.classification

    assert results[0].laps == any_race.laps
    assert sum(result.finish_ms is None for result in results) == 1
    assert {result.laps for result in results[:-2]} == {any_race.laps}
    for result in results:
        assert (any_race.lap_end_ms[:, result.car] != NOT_REACHED).sum() == result.laps


def test_laps_take_their_time(any_race):
    clean = [any_race.lap_time_ms(car, 2) / 1000 for car in any_race.grid[:5]]

    assert 84 < min(clean) < max(clean) < 95


def test_lap_times_sum_to_the_finish(any_race):
    winner = any_race.classification[0]
    laps = [any_race.lap_time_ms(winner.car, lap) for lap in range(1, any_race.laps + 1)]

    assert any_race.lights_out_ms + sum(laps) == winner.finish_ms


def test_cars_are_on_the_line_when_they_pass_it(any_race):
    for lap in (1, 6, any_race.laps):
        ends = any_race.lap_end_ms[lap - 1]
        for car in np.flatnonzero(ends != NOT_REACHED):
            over_m = any_race.at([ends[car]]).s_m[0, car] - lap * any_race.circuit.length_m
            assert abs(over_m) < 0.06


def test_everyone_brakes_for_the_hairpin(any_race):
    circuit = any_race.circuit
    hairpin_m = dict(circuit.corners)["8"]
    for car in range(CARS):
        here, before = any_race.motion.passages_ms(car, np.array([hairpin_m, hairpin_m - 150.0]) + circuit.length_m)
        assert any_race.at([here]).speed_kmh[0, car] < 75
        assert any_race.at([before]).speed_kmh[0, car] > 150


def test_a_stop_costs_about_twenty_seconds(race):
    """Against the same stretch driven by those who stay out, on a lap with green flags."""
    length_m = race.circuit.length_m
    stops = [stop for stop in race.pit_stops if stop.lap in (3, 4)]
    assert stops
    for stop in stops:
        stretch = stop.lap * length_m + np.array([-400.0, 480.0])
        times = {car: np.diff(race.motion.passages_ms(car, stretch))[0] / 1000 for car in range(CARS)}
        stayed_out = [times[car] for car in range(CARS) if car not in {one.car for one in stops}]
        assert 15 < times[stop.car] - np.median(stayed_out) < 30


def test_the_pit_lane_keeps_its_speed_limit_and_cars_stand_in_it(any_race):
    for stop in any_race.pit_stops:
        instants = np.arange(stop.in_ms + 300, stop.out_ms - 300, 50)
        speed = any_race.at(instants).speed_kmh[:, stop.car]

        assert speed.max() < 80.5
        assert (speed < 0.1).sum() * 50 == pytest.approx(stop.standing_ms, abs=350)


def test_nobody_shares_a_box(any_race):
    for stop in any_race.pit_stops:
        mates = [one for one in any_race.pit_stops if one.car == stop.car ^ 1]
        assert all(one.in_ms > stop.out_ms or one.out_ms < stop.in_ms for one in mates)


def test_everybody_who_finishes_has_stopped_and_changed_compound(any_race):
    retired = set(any_race.retired_ms)
    for car in set(range(CARS)) - retired:
        compounds = [stint.compound for stint in any_race.stints if stint.car == car]
        assert len(set(compounds)) >= 2


def test_some_take_intermediates_in_the_rain_and_some_do_not(any_race):
    on_intermediates = {stint.car for stint in any_race.stints if stint.compound == "INTERMEDIATE"}

    assert 5 <= len(on_intermediates) < 19
    assert any(sample.rainfall for sample in any_race.weather)


def test_the_field_bunches_behind_the_safety_car(race):
    before, after = race.gap_at([moment_ms(race, "safety_car_deployed"), moment_ms(race, "safety_car_in")])

    assert np.nanmax(before) > 25
    assert np.nanmax(after) < 22


def test_it_is_slow_behind_the_safety_car(any_race):
    lap = 6
    behind = any_race.lap_time_ms(any_race.classification[0].car, lap)

    assert behind > 1.4 * any_race.lap_time_ms(any_race.classification[0].car, 2)


def test_nobody_passes_on_the_track_behind_the_safety_car(race):
    last_lap_ms = moment_ms(race, "safety_car_in_this_lap") + 15_000
    instants = np.arange(last_lap_ms, moment_ms(race, "safety_car_in"), 500)
    in_pits = {stop.car for stop in race.pit_stops if stop.out_ms > last_lap_ms - 30_000 and stop.in_ms < instants[-1]}
    orders = [[car for car in row if car not in in_pits] for row in race.order_at(instants).tolist()]

    assert all(order == orders[0] for order in orders)


def test_there_is_overtaking_on_the_track(race):
    """Two cars change places while nobody in the field is in the pits, retired or just off the grid."""
    instants = np.arange(race.lights_out_ms + 60_000, race.classification[0].finish_ms, 500)
    quiet = np.ones(len(instants), dtype=bool)
    for stop in race.pit_stops:
        quiet &= (instants < stop.in_ms - 10_000) | (instants > stop.out_ms + 10_000)
    order = race.order_at(instants)
    places_changed = (order[1:] != order[:-1]).sum(axis=1)

    assert (places_changed[quiet[1:]] == 2).sum() >= 10


def test_the_one_that_retires_stays_where_it_stopped(any_race):
    ((car, stopped_ms),) = any_race.retired_ms.items()
    after = any_race.at(np.linspace(stopped_ms + 200, any_race.end_ms, 50))

    assert np.ptp(after.x_m[:, car]) == 0
    assert np.ptp(after.y_m[:, car]) == 0
    assert (after.speed_kmh[:, car] == 0).all()
    assert np.isnan(any_race.gap_at([stopped_ms + 1])[0, car])


def test_everything_the_demo_promises_happens(race):
    kinds = {event.kind for event in race.happenings}

    assert {
        "yellow", "clear", "spun", "retired", "slow", "safety_car_deployed", "safety_car_in_this_lap",
        "safety_car_in", "rain_begins", "rain_ends", "drs_enabled", "drs_disabled", "blue",
    } <= kinds  # fmt: skip


def test_asking_beyond_the_recording_is_an_error(race):
    with pytest.raises(ValueError, match="t_ms"):
        race.at([race.end_ms + 1])
