"""The cheapest way is as cheap as the best of all ways that there are."""

from itertools import pairwise, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from replays.build.cheapest_way import cheapest_way

COSTS = st.tuples(st.integers(1, 3), st.integers(1, 7)).flatmap(
    lambda size: arrays.arrays(np.float64, (size[0], size[0], size[1]), elements=st.integers(0, 20).map(float))
)


def total(cost, way):
    first = cost[:, way[0], 0].min()
    return first + sum(cost[i, j, at] for at, (i, j) in enumerate(pairwise(way), start=1))


@given(COSTS)
def test_no_other_way_is_cheaper(cost):
    choices, _, places = cost.shape

    way = cheapest_way(cost)

    assert way.shape == (places,)
    assert total(cost, way.tolist()) == min(total(cost, one) for one in product(range(choices), repeat=places))


def test_a_choice_is_kept_through_a_thousand_places_that_say_nothing():
    """Only the last place tells which choice was right, and every change costs."""
    change = np.array([[0.0, 1.0], [1.0, 0.0]])
    cost = np.repeat(change[:, :, None], 1_000, axis=2)
    cost[:, 0, -1] += 10.0

    assert cheapest_way(cost).tolist() == [1] * 1_000


def test_a_place_with_free_choice_before_it_begins_a_new_way():
    change = np.array([[0.0, 100.0], [100.0, 0.0]])
    cost = np.repeat(change[:, :, None], 50, axis=2)
    cost[:, :, 20] = [[3.0, 0.0], [3.0, 0.0]]
    cost[:, 1, 0] += 1.0

    assert cheapest_way(cost).tolist() == [0] * 20 + [1] * 30
