"""The mini-sectors of a second are one event, with the laps so far of the cars they are of."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from replays.build.mini_sectors import STEP_MS, mini_sector_events
from seasons.records import MiniSectorRecord

NONE, YELLOW, GREEN, PURPLE, PIT, RARE = 0, 2048, 2049, 2051, 2064, 2050


def told(*changes):
    return [
        (event["t_ms"], event["counts"], event["cars"])
        for event in mini_sector_events(MiniSectorRecord(*change) for change in changes)
    ]


def test_a_second_has_one_event_at_its_end_with_the_cars_that_changed():
    events = told(
        (100, "4", 0, 0, YELLOW),
        (900, "1", 0, 0, GREEN),
        (1_000, "4", 0, 1, PURPLE),
        (1_001, "4", 1, 0, PIT),
    )

    assert events == [(1_000, [2], {"1": "g", "4": "yp"}), (2_000, [2, 1], {"4": "yp|i"})]


def test_those_still_to_come_are_left_out_and_counted():
    cleared = [(10, "4", sector, segment, NONE) for sector in range(3) for segment in range(2)]

    events = told(*cleared, (2_500, "4", 0, 0, YELLOW), (4_500, "4", 1, 1, GREEN))

    assert events == [(1_000, [2, 2, 2], {"4": ""}), (3_000, [2, 2, 2], {"4": "y"}), (5_000, [2, 2, 2], {"4": "y-|-g"})]


def test_a_new_lap_begins_with_what_was_cleared():
    lap = [(10, "4", 0, 0, YELLOW), (10, "4", 0, 1, YELLOW)]

    events = told(*lap, (5_000, "4", 0, 0, GREEN), (5_000, "4", 0, 1, NONE))

    assert [cars for *_, cars in events] == [{"4": "yy"}, {"4": "g"}]


def test_a_code_that_is_no_colour_is_shown_as_none():
    assert told((10, "4", 0, 0, RARE), (20, "4", 0, 1, GREEN)) == [(1_000, [2], {"4": "-g"})]


def test_what_is_as_before_at_the_end_of_its_second_is_not_told_again():
    assert len(told((10, "4", 0, 0, YELLOW), (2_010, "4", 0, 0, GREEN), (2_020, "4", 0, 0, YELLOW))) == 1


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20_000),
            st.sampled_from("12"),
            st.integers(0, 2),
            st.integers(0, 3),
            st.sampled_from((NONE, YELLOW, GREEN, PURPLE)),
        ).map(lambda change: MiniSectorRecord(*change)),
        max_size=40,
    ).map(lambda changes: sorted(changes, key=lambda change: change.t_ms)),
    st.integers(0, 20_000),
)
def test_nothing_is_told_before_it_was_known(changes, cut_ms):
    every = list(mini_sector_events(changes))
    then = list(mini_sector_events([change for change in changes if change.t_ms <= cut_ms]))

    full_ms = cut_ms // STEP_MS * STEP_MS
    assert [event for event in every if event["t_ms"] <= full_ms] == [e for e in then if e["t_ms"] <= full_ms]
    assert all(a["t_ms"] < b["t_ms"] for a, b in pairwise(every))
