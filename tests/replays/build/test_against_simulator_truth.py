"""The replay of a simulated race says what the simulator knows to be true, and never more than was known."""

import numpy as np
import pytest

from replays.artefact.manifest import MANIFEST, pack, read_manifest
from replays.build import assemble, timing_lag
from replays.build.assemble import build_replay
from replays.columns import COMPOUNDS, STATUSES
from replays.simulator.motion import NOT_REACHED
from replays.timeline import Timeline
from tests.replays.build.cutting import known_at
from tests.replays.made_feeds import value

pytestmark = pytest.mark.slow

LOOKS_AHEAD_MS = 2_000
RANDOM_TIMES = 400
CAR_STEP_MS = 400
"""The car feed has a sample at least that often."""

FLAG_DELAY_MS = 30_000
"""The timing feed flags a car as stopped or retired some seconds after it stood still."""


@pytest.fixture(scope="module")
def built(recorded):
    return build_replay(recorded)


@pytest.fixture(scope="module")
def played(built):
    return timeline_of(built)


@pytest.fixture(scope="module")
def column_of(recorded, truth):
    """For each car of the truth its column in the replay."""
    return [recorded.column_of[driver.number] for driver in truth.drivers]


def timeline_of(replay):
    files = pack(replay)
    return Timeline(read_manifest(files[MANIFEST]), files.__getitem__)


def random_times(truth, count=RANDOM_TIMES):
    return sorted(np.random.default_rng(7).integers(truth.lights_out_ms, truth.end_ms - 2_000, count).tolist())


def status(played, t_ms, column):
    return STATUSES[value(played.sample(t_ms), "status", column)]


def line_crossings(truth):
    for lap, ends in enumerate(truth.lap_end_ms, start=1):
        for car in np.argsort(ends):
            if ends[car] != NOT_REACHED:
                yield lap, int(car), int(ends[car])


def running(truth, t_ms):
    """The cars that have not retired, from first to last."""
    return [car for car in truth.order_at(t_ms)[0].tolist() if truth.retired_ms.get(car, t_ms + 1) > t_ms]


def test_positions_at_the_instants_of_the_feed_are_true(recorded, played, truth, column_of):
    instants = recorded.positions.t_ms
    manifest = played.manifest
    inside = instants[(instants >= manifest.t_start_ms) & (instants <= manifest.t_end_ms)][::20]
    places = truth.at(inside)

    for row, t_ms in enumerate(inside.tolist()):
        frame = played.sample(t_ms)
        assert np.abs(frame["x"][column_of] / 100 - places.x_m[row]).max() <= 0.051
        assert np.abs(frame["y"][column_of] / 100 - places.y_m[row]).max() <= 0.051


def test_at_every_line_crossing_the_order_and_the_lap_are_the_true_ones(played, truth, column_of):
    crossings = 0
    for lap, car, t_ms in line_crossings(truth):
        frame = played.sample(t_ms)
        place = 1 + truth.order_at(t_ms)[0].tolist().index(car)
        flagged = truth.finish_ms[car] == t_ms

        assert value(frame, "position", column_of[car]) == place
        assert value(frame, "lap", column_of[car]) == lap + (not flagged)
        crossings += 1

    assert crossings > 200


def test_gaps_at_line_crossings_are_those_of_the_timing(played, truth, column_of):
    errors_s = []
    for _, car, t_ms in line_crossings(truth):
        gap = value(played.sample(t_ms), "gap", column_of[car])
        true_s = truth.gap_at(t_ms)[0][car]
        if gap is not None and not np.isnan(true_s):
            errors_s.append(abs(gap / 1000 - true_s))

    assert len(errors_s) > 200
    assert np.median(errors_s) <= 0.03


def test_between_the_lines_the_order_is_the_true_one_at_98_of_100_places(played, truth, column_of):
    """Measured: 99.8 %, and 98 % of the frames are right as a whole."""
    right = places = 0
    for t_ms in random_times(truth):
        frame = played.sample(t_ms)
        cars = running(truth, t_ms)
        shown = sorted(cars, key=lambda car: int(frame["position"][column_of[car]]))
        right += sum(a == b for a, b in zip(cars, shown, strict=True))
        places += len(cars)

    assert right / places >= 0.98


def test_before_lights_out_the_order_is_the_grid_as_far_as_it_is_known(played, recorded):
    """Offline nobody tells the grid of a recording: the order is then that of the entries, and all stand."""
    frame = played.sample(played.manifest.document["lights_out_ms"] - 1)

    slots = [(entry.grid is None, entry.grid or 0, index) for index, entry in enumerate(recorded.entries)]
    assert np.argsort(frame["position"]).tolist() == [index for *_, index in sorted(slots)]
    assert set(frame["status"].tolist()) == {STATUSES.index("grid")}


def test_the_final_order_is_the_classification(played, truth, recorded):
    frame = played.sample(played.manifest.t_end_ms)

    numbers = [recorded.entries[column].number for column in np.argsort(frame["position"])]

    assert numbers == [truth.drivers[result.car].number for result in truth.classification]


def test_progress_agrees_with_the_laps_driven(played, truth, column_of):
    for t_ms in random_times(truth, 100):
        true = truth.progress_at(t_ms)[0]
        shown = played.sample(t_ms)["progress"][column_of] / 1e5
        before_flag = [car for car in running(truth, t_ms) if not 0 <= truth.finish_ms[car] <= t_ms]

        assert np.abs(shown - true)[before_flag].max(initial=0) <= 0.01


def test_cars_that_finished_are_shown_so_from_their_flag_on(played, truth, column_of):
    finished = STATUSES.index("finished")
    for car, t_ms in enumerate(truth.finish_ms.tolist()):
        if t_ms == NOT_REACHED:
            continue
        assert value(played.sample(t_ms - 1), "status", column_of[car]) != finished
        assert value(played.sample(t_ms), "status", column_of[car]) == finished


def test_a_retirement_is_told_once_and_not_before_the_car_stood(built, played, truth, column_of):
    for car, stood_ms in truth.retired_ms.items():
        told = [
            event["t_ms"]
            for event in built.events
            if event["kind"] == "retired" and event["number"] == truth.drivers[car].number
        ]

        assert len(told) == 1
        assert stood_ms <= told[0] <= stood_ms + FLAG_DELAY_MS
        assert status(played, stood_ms - 1_000, column_of[car]) in ("on_track", "out_lap")
        assert status(played, played.manifest.t_end_ms, column_of[car]) == "retired"


def test_only_cars_that_retired_are_told_to_have(built, truth):
    told = {event["number"] for event in built.events if event["kind"] == "retired"}

    assert told == {truth.drivers[car].number for car in truth.retired_ms}


def test_in_the_pits_is_where_the_stops_were(played, truth, column_of):
    for stop in truth.pit_stops:
        moments = (stop.in_ms - 1, stop.in_ms, stop.out_ms - 1, stop.out_ms)
        before, entered, leaves, left = (status(played, t_ms, column_of[stop.car]) for t_ms in moments)
        assert before in ("on_track", "out_lap")
        assert (entered, leaves, left) == ("in_pit", "in_pit", "out_lap")


def test_in_the_box_is_when_the_car_stood_there(played, truth, column_of):
    for stop in truth.pit_stops:
        visit = np.arange(stop.in_ms, stop.out_ms, 100)
        boxed_ms = 100 * sum(status(played, int(t_ms), column_of[stop.car]) == "in_box" for t_ms in visit)

        assert abs(boxed_ms - stop.standing_ms) <= CAR_STEP_MS + 200


def test_an_out_lap_ends_with_the_lap_that_began_at_the_stop(played, truth, column_of):
    for stop in truth.pit_stops:
        line_ms = int(truth.lap_end_ms[stop.lap, stop.car]) if stop.lap < truth.laps else NOT_REACHED
        if line_ms == NOT_REACHED:
            continue
        assert status(played, line_ms - 1, column_of[stop.car]) in ("out_lap", "in_pit", "in_box")
        assert status(played, line_ms, column_of[stop.car]) != "out_lap"


def test_tyres_are_the_true_ones_half_way_through_each_lap(played, truth, column_of):
    for lap, car, end_ms in line_crossings(truth):
        stint = [one for one in truth.stints if one.car == car and one.first_lap <= lap][-1]
        frame = played.sample(end_ms - truth.lap_time_ms(car, lap) // 2)

        assert COMPOUNDS[int(frame["tyre"][column_of[car]])] == stint.compound
        assert value(frame, "tyre_age", column_of[car]) == stint.used_laps + lap - stint.first_lap + 1


def test_the_safety_car_period_is_told_in_its_three_phases(built, truth):
    told = [(event["t_ms"], event["name"]) for event in built.events if event["kind"] == "track_status"]
    happened = {one.kind: truth.lights_out_ms + round(1000 * one.t_s) for one in truth.happenings}

    names = [name for _, name in told]
    begins = names.index("safety_car")

    assert names[begins - 1 : begins + 2] == ["yellow", "safety_car", "all_clear"]
    assert told[begins][0] == happened["safety_car_deployed"]
    assert told[begins + 1][0] == happened["safety_car_in"]


def test_every_lap_is_an_event_at_its_line(built, truth):
    told = {
        (event["number"], event["lap"]): (event["t_ms"], event["lap_time_ms"])
        for event in built.events
        if event["kind"] == "lap"
    }

    assert told == {
        (truth.drivers[car].number, lap): (t_ms, truth.lap_time_ms(car, lap))
        for lap, car, t_ms in line_crossings(truth)
    }


def cuts(truth):
    """Moments all over the race, before the flag: after it the classification decides."""
    flag_ms = int(truth.finish_ms[truth.finish_ms != NOT_REACHED].min())
    return sorted(np.random.default_rng(11).integers(truth.lights_out_ms + 60_000, flag_ms, 8).tolist())


def test_nothing_is_told_before_its_time(recorded, built, played, truth, monkeypatch):
    """Built from what was known at a moment, all that was told until then is the same.

    The outline, the sector lines and how late official times come are those of the whole session: they are no news.
    """
    outline = assemble.build_outline(recorded)
    sectors = assemble.sector_phases(recorded, outline)
    monkeypatch.setattr(assemble, "build_outline", lambda data: outline)
    monkeypatch.setattr(assemble, "sector_phases", lambda data, outline: sectors)
    monkeypatch.setattr(timing_lag, "timing_lag_ms", lambda data: 0)
    random = np.random.default_rng(13)

    for cut_ms in cuts(truth):
        then = build_replay(known_at(recorded, cut_ms))
        shown_then = timeline_of(then)
        until_ms = min(cut_ms, then.t_end_ms) - LOOKS_AHEAD_MS

        assert [event for event in then.events if event["t_ms"] <= until_ms] == [
            event for event in built.events if event["t_ms"] <= until_ms
        ]
        for t_ms in random.integers(built.t_start_ms, until_ms, 60).tolist():
            assert shown_then.sample(t_ms).tobytes() == played.sample(t_ms).tobytes()
