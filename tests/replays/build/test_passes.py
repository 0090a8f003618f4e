"""Cars change places at the moment at which they are level."""

from fractions import Fraction
from itertools import combinations
from math import ceil

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replays.build.passes import passing_moments


def order_of(progress):
    return np.argsort(-np.asarray(progress), axis=1, kind="stable")


def moments(t_ms, *progress):
    along = np.column_stack(progress)
    return passing_moments(np.array(t_ms), order_of(along), along).tolist()


def test_two_cars_are_level_where_their_lines_meet():
    assert moments([0, 400], [1.0, 1.125], [0.96875, 1.15625]) == [200]


def test_the_moment_is_the_first_millisecond_at_which_the_other_is_ahead():
    assert moments([0, 300], [0.25, 1.0], [0.0, 3.0]) == [34]


def test_who_keeps_his_place_passes_nobody():
    assert moments([0, 400, 800], [1.0, 1.1, 1.2], [0.9, 1.0, 1.1]) == []


def test_across_a_gap_nobody_is_seen_to_pass():
    assert moments([0, 1_001], [1.0, 1.1], [0.97, 1.13]) == []


def test_a_place_changed_by_something_else_than_passing_has_no_such_moment():
    """A car that retires falls behind all others where it stands."""
    along = np.array([[1.0, 0.9], [1.0, 0.95]])

    assert passing_moments(np.array([0, 400]), np.array([[0, 1], [1, 0]]), along).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 1_000)), min_size=2, max_size=8))
def test_whoever_passes_whomever_between_two_looks_has_a_moment(cars):
    began_ms, ended_ms = 1_000, 1_400
    along = np.array(cars, dtype=float).T
    expected = set()
    for (before, after), (other_before, other_after) in combinations(cars, 2):
        lead, lead_after = before - other_before, after - other_after
        if lead * lead_after < 0:
            level = began_ms + ceil(Fraction(lead * (ended_ms - began_ms), lead - lead_after))
            expected |= {level} if began_ms < level < ended_ms else set()

    found = passing_moments(np.array([began_ms, ended_ms]), order_of(along), along)

    assert all(any(abs(one - level) <= 1 for level in expected) for one in found.tolist())
    assert all(any(abs(one - level) <= 1 for one in found.tolist()) for level in expected if level < ended_ms - 1)
