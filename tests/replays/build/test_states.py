"""What a car is doing, from laps and the flags of the timing feed."""

from dataclasses import replace

import numpy as np
import pytest

from replays.build.assemble import build_replay
from replays.build.states import (
    FINISHED,
    GRID,
    IN_BOX,
    IN_PIT,
    NONE,
    ON_TRACK,
    OUT_LAP,
    RETIRED,
    RETIRED_AFTER_MS,
    STOPPED,
    given_up_ms,
    held,
    lap_changes,
    race_finishes,
    status_changes,
    tyre_changes,
)
from replays.columns import COMPOUNDS
from seasons.records import CarFlagRecord, SessionStatusRecord
from tests.replays.build.sessions import LAP_MS, START_MS, car_feed, lap, laps, session

END_MS = START_MS + 3 * LAP_MS


def flag(t_ms, name="stopped", value=True):
    return CarFlagRecord(t_ms, "2", name, value)


def race(*flags, count=1, **changes):
    """Car 1 finishes three laps; car 2 does `count`."""
    return session(("1", "2"), (*laps("1", 3), *laps("2", count, late_ms=1_000)), car_flags=flags, **changes)


def statuses(data, number="2"):
    own = [one for one in data.laps if one.number == number]
    return status_changes(data, number, own, race_finishes(data))


def test_a_car_that_finishes_stands_on_the_grid_drives_and_finishes():
    assert statuses(race(), "1") == [(0, GRID), (START_MS, ON_TRACK), (END_MS, FINISHED)]


def test_a_car_one_lap_down_finishes_at_its_first_crossing_after_the_winners():
    data = session(("1", "2"), (*laps("1", 3), *laps("2", 2, late_ms=150_000)))

    assert race_finishes(data) == {"1": END_MS, "2": START_MS + 2 * LAP_MS + 150_000}


def test_a_race_that_ends_early_is_won_at_the_crossing_before_its_end():
    data = race(count=2, total_laps=50)

    assert race_finishes(data)["1"] == END_MS


def test_a_qualifying_has_no_finish():
    assert race_finishes(session(("1",), laps("1", 3), kind="qualifying")) == {}


IN_MS = START_MS + LAP_MS - 5_000
OUT_MS = START_MS + LAP_MS + 20_000


def with_a_stop(data, in_ms=IN_MS, out_ms=OUT_MS, *, at_end_of=1):
    """Car 2 comes in at the end of that lap, and goes out in the next one."""
    changed = {at_end_of: {"pit_in_ms": in_ms}, at_end_of + 1: {"pit_out_ms": out_ms}}
    own = tuple(replace(one, **changed.get(one.lap_number, {})) for one in data.laps if one.number == "2")
    return replace(data, laps=(*(one for one in data.laps if one.number != "2"), *own))


def test_after_a_pit_stop_comes_an_out_lap_until_the_line():
    data = with_a_stop(race(count=3))

    assert statuses(data)[2:5] == [(IN_MS, IN_PIT), (OUT_MS, OUT_LAP), (START_MS + 2 * LAP_MS + 1_000, ON_TRACK)]


def test_the_line_inside_the_pit_lane_ends_no_out_lap():
    data = with_a_stop(race(count=3), at_end_of=2, in_ms=START_MS + 2 * LAP_MS, out_ms=START_MS + 2 * LAP_MS + 20_000)
    data = with_a_stop(data)

    assert [status for _, status in statuses(data)[2:]] == [IN_PIT, OUT_LAP, IN_PIT, OUT_LAP, FINISHED]


def test_a_car_that_stands_on_its_out_lap_goes_on_with_it():
    data = with_a_stop(race(flag(OUT_MS + 5_000), flag(OUT_MS + 9_000, value=False), count=3))

    assert statuses(data)[3:6] == [(OUT_MS, OUT_LAP), (OUT_MS + 5_000, STOPPED), (OUT_MS + 9_000, OUT_LAP)]


def test_in_the_pits_a_car_that_stands_is_in_its_box():
    t_ms = np.array([IN_MS - 3_000, IN_MS + 1_000, IN_MS + 9_000, IN_MS + 12_000, OUT_MS + 30_000])
    data = with_a_stop(race(count=3, cars=car_feed(t_ms, [(0, 300), (0, 80), (0, 0), (0, 40), (0, 0)])))

    assert statuses(data)[2:6] == [
        (IN_MS, IN_PIT),
        (IN_MS + 9_000, IN_BOX),
        (IN_MS + 12_000, IN_PIT),
        (OUT_MS, OUT_LAP),
    ]


def test_a_car_that_retires_in_its_box_has_retired_though_it_is_pushed():
    t_ms = np.array([IN_MS + 5_000, IN_MS + 90_000, IN_MS + 95_000])
    cars = car_feed(t_ms, [(0, 0), (0, 5), (0, 0)])
    data = race(flag(IN_MS + 60_000, "retired"), count=1, cars=cars)
    own = [replace(one, pit_in_ms=IN_MS) for one in data.laps if one.number == "2"]

    changes = status_changes(data, "2", own, race_finishes(data))

    assert changes[2:] == [(IN_MS, IN_PIT), (IN_MS + 5_000, IN_BOX), (IN_MS + 60_000, RETIRED)]


def test_a_car_that_stops_for_a_minute_has_retired():
    stop_ms = START_MS + 120_000

    assert statuses(race(flag(stop_ms)))[2:] == [(stop_ms, STOPPED), (stop_ms + RETIRED_AFTER_MS, RETIRED)]


def test_a_retirement_is_told_once_though_the_feed_says_it_and_the_car_stands():
    stop_ms = START_MS + 120_000

    changes = statuses(race(flag(stop_ms), flag(stop_ms + 20_000, "retired")))

    assert changes[2:] == [(stop_ms, STOPPED), (stop_ms + 20_000, RETIRED)]


def test_a_car_that_goes_on_has_not_retired():
    stop_ms = START_MS + 120_000

    changes = statuses(race(flag(stop_ms), flag(stop_ms + 30_000, value=False), count=3))

    assert changes[2:] == [(stop_ms, STOPPED), (stop_ms + 30_000, ON_TRACK), (END_MS + 1_000, FINISHED)]


def test_that_a_car_will_finish_does_not_hide_that_it_stopped():
    """A viewer who saw no stop would know that the car goes on."""
    stop_ms = START_MS + 120_000
    flags = flag(stop_ms), flag(stop_ms + 30_000, value=False)
    until_then = [change for change in statuses(race(*flags, count=1)) if change[0] <= stop_ms]

    assert [change for change in statuses(race(*flags, count=3)) if change[0] <= stop_ms] == until_then


def test_a_stop_under_a_red_flag_is_no_retirement():
    stop_ms = START_MS + 120_000
    red = (SessionStatusRecord(START_MS, "Started"), SessionStatusRecord(stop_ms + 1, "Aborted"))

    assert RETIRED not in [
        status for t_ms, status in statuses(race(flag(stop_ms), session_status=red)) if t_ms < END_MS
    ]


def test_a_stop_in_the_pits_is_none():
    data = race(flag(START_MS + 50_000))
    own = [replace(lap("2", 1, START_MS + LAP_MS), pit_in_ms=START_MS + 40_000)]

    assert STOPPED not in [status for _, status in status_changes(data, "2", own, race_finishes(data))]


def test_a_car_that_breaks_down_before_the_start_is_out_when_the_lights_go_out():
    changes = statuses(race(flag(START_MS - 50_000, value=True), count=0))

    assert held(changes, np.array([START_MS - 1, START_MS + RETIRED_AFTER_MS])).tolist() == [GRID, RETIRED]


def test_a_car_that_stood_before_the_start_and_got_away_starts():
    flags = flag(START_MS - 50_000), flag(START_MS - 40_000, value=False)

    assert statuses(race(*flags, count=3)) == [(0, GRID), (START_MS, ON_TRACK), (END_MS + 1_000, FINISHED)]


def test_a_car_that_never_comes_to_the_flag_is_out_when_all_others_have():
    assert statuses(race())[-1] == (END_MS, RETIRED)


@pytest.mark.parametrize("kind", ["practice-1", "qualifying"])
def test_before_other_sessions_a_car_is_in_its_garage(kind):
    data = session(("1",), laps("1", 1), kind=kind)

    assert status_changes(data, "1", data.laps, {})[0] == (0, IN_PIT)


def test_the_next_lap_begins_when_one_ends_and_none_after_the_flag():
    own = (*laps("1", 2), lap("1", 3, END_MS), lap("1", 4, END_MS + LAP_MS, generated=True))

    assert lap_changes(own, START_MS, END_MS) == [
        (START_MS, 1),
        (START_MS + LAP_MS, 2),
        (START_MS + 2 * LAP_MS, 3),
        (END_MS, 3),
    ]


def test_tyres_change_at_the_pit_exit_and_the_first_are_known_from_the_beginning():
    out_ms = START_MS + LAP_MS + 20_000
    own = (lap("1", 1, START_MS + LAP_MS), lap("1", 2, END_MS, compound="SOFT", tyre_life=1, pit_out_ms=out_ms))

    compounds, ages = tyre_changes(own)

    assert compounds == [(0, COMPOUNDS.index("HARD")), (out_ms, COMPOUNDS.index("SOFT"))]
    assert ages == [(0, 1), (out_ms, 1)]


@pytest.mark.parametrize("compound", [None, "UNKNOWN", "nan"])
def test_a_compound_that_nobody_knows_is_null(compound):
    compounds, _ = tyre_changes([lap("1", 1, START_MS, compound=compound)])

    assert compounds == [(0, NONE)]


def test_a_change_holds_from_its_moment_to_the_next():
    assert held([(10, 1), (20, 2)], np.array([9, 10, 19, 20, 99])).tolist() == [NONE, 1, 1, 2, 2]


@pytest.mark.parametrize("kind", ["practice-1", "qualifying"])
def test_a_car_that_stops_in_another_session_is_stopped_until_it_is_released(kind):
    first = lap("2", 1, None, start_ms=START_MS, pit_out_ms=START_MS)
    stop = (flag(START_MS + 40_000), flag(START_MS + 200_000, value=False))
    data = session(("1", "2"), (first,), kind=kind, car_flags=(flag(1_000), *stop))

    assert statuses(data) == [
        (0, IN_PIT),
        (START_MS, OUT_LAP),
        (START_MS + 40_000, STOPPED),
        (START_MS + 200_000, OUT_LAP),
    ]


def given_up(*flags, **changes):
    """A race that is stopped after two laps of three, and over ten minutes later."""
    words = (START_MS, "Started"), (RED_MS, "Aborted"), (OVER_MS, "Finished"), (OVER_MS + 5_000, "Finalised")
    status = tuple(SessionStatusRecord(*word) for word in words)
    both = (*laps("1", 2), *laps("2", 2, late_ms=1_000))
    return session(("1", "2"), both, car_flags=flags, **{"total_laps": 3, "session_status": status} | changes)


RED_MS = START_MS + 2 * LAP_MS + 20_000
OVER_MS = RED_MS + 600_000


def test_a_race_that_is_given_up_under_the_red_flag_ends_when_that_is_said_for_all_still_in_it():
    assert race_finishes(given_up()) == {"1": OVER_MS, "2": OVER_MS}
    assert race_finishes(given_up(flag(RED_MS - 5_000))) == {"1": OVER_MS}
    assert statuses(given_up(flag(RED_MS - 5_000)))[-1] == (OVER_MS, RETIRED)


def test_a_race_that_is_started_again_or_not_over_is_not_given_up():
    words = (START_MS, "Started"), (RED_MS, "Aborted"), (RED_MS + 9_000, "Started"), (OVER_MS, "Finished")

    assert given_up_ms(given_up(session_status=tuple(SessionStatusRecord(*word) for word in words))) is None
    assert given_up_ms(given_up(session_status=tuple(SessionStatusRecord(*word) for word in words[:2]))) is None
    assert given_up_ms(given_up(total_laps=2)) is None


def test_a_race_that_is_given_up_is_replayed_to_its_end_and_ends_with_the_classification():
    data = given_up()
    data = replace(data, entries=tuple(replace(one, position=3 - int(one.number)) for one in data.entries))

    built = build_replay(data)

    timing = next(feed for feed in built.feeds if feed.name == "timing")
    position = next(column.raw for column in timing.columns if column.name == "position")
    assert built.t_end_ms == OVER_MS
    assert position[timing.t_ms < OVER_MS][-1].tolist() == [1, 2]
    assert position[-1].tolist() == [2, 1]
