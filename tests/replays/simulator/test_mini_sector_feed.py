"""What the demo's timing feed says of mini-sectors agrees with its laps."""

from collections import defaultdict

import pytest

from replays.simulator.circuit import SECTOR_ENDS
from replays.simulator.mini_sector_feed import GREEN, NONE, PIT_LANE, PURPLE, SEGMENTS, YELLOW, mini_sector_messages
from replays.simulator.motion import NOT_REACHED


@pytest.fixture(scope="module")
def told(race):
    """(t_ms, car, sector, segment, status) of everything said after the first message."""
    car_of = {driver.number: car for car, driver in enumerate(race.drivers)}
    _, *messages = mini_sector_messages(race)
    return [
        (message.t_ms, car_of[number], int(sector), int(segment), state["Status"])
        for message in messages
        for number, line in message.body["Lines"].items()
        for sector, parts in line["Sectors"].items()
        for segment, state in parts["Segments"].items()
    ]


def test_at_first_all_are_unpainted(race):
    first = next(mini_sector_messages(race))

    assert len(first.body["Lines"]) == len(race.drivers)
    for line in first.body["Lines"].values():
        assert [len(parts["Segments"]) for parts in line["Sectors"].values()] == list(SEGMENTS)
        assert {state["Status"] for parts in line["Sectors"].values() for state in parts["Segments"].values()} == {NONE}


def test_the_last_one_of_a_sector_is_painted_when_the_sector_ends(race, told):
    painted = {(t_ms, car, sector) for t_ms, car, sector, segment, status in told if segment == SEGMENTS[sector] - 1}

    for sector in range(len(SECTOR_ENDS)):
        ends = race.sector_end_ms[:, sector]
        assert {
            (int(ends[lap, car]), car, sector) for lap, car in zip(*(ends != NOT_REACHED).nonzero(), strict=True)
        } <= (painted)


def test_in_the_pit_lane_they_are_the_pit_lanes(race, told):
    visits = [(stop.car, stop.in_ms, stop.out_ms) for stop in race.pit_stops]

    for t_ms, car, _, _, status in told:
        inside = any(who == car and in_ms <= t_ms <= out_ms for who, in_ms, out_ms in visits)
        assert inside or status != PIT_LANE
        assert not inside or status in (PIT_LANE, GREEN, NONE)


def test_no_two_cars_show_purple_for_the_same_one(told):
    shown = defaultdict(set)
    for _, car, sector, segment, status in told:
        shown[sector, segment].discard(car)
        if status == PURPLE:
            shown[sector, segment].add(car)
    assert all(len(cars) <= 1 for cars in shown.values())
    assert {status for *_, status in told} == {NONE, YELLOW, GREEN, PURPLE, PIT_LANE}


def test_with_the_first_one_of_a_lap_the_rest_are_cleared(told):
    firsts = [(t_ms, car) for t_ms, car, sector, segment, status in told if (sector, segment) == (0, 0) and status]
    by_moment = defaultdict(list)
    for t_ms, car, _, _, status in told:
        by_moment[t_ms, car].append(status)

    cleared = [by_moment[moment].count(NONE) for moment in firsts]
    assert set(cleared) <= {0, sum(SEGMENTS) - 1}
    assert cleared.count(0) < len(firsts) / 4
