"""Which stretches of a lap lead through the pit lane."""

import pytest

from replays.build.pit_laps import lap_through_pits, through_pits
from tests.replays.build.sessions import lap


@pytest.mark.parametrize(
    ("pit_in_s", "pit_out_s", "thirds"),
    [
        (None, None, [False, False, False]),
        (95, None, [False, False, True]),
        (None, 5, [True, False, False]),
        (95, 5, [True, False, True]),
        (40, 50, [False, True, False]),
        (None, -200, [False, False, False]),
        (101, None, [False, False, False]),
    ],
    ids=["none", "in", "out", "out and in", "in and out", "out long before", "in after its end"],
)
def test_those_count_in_which_the_car_was_in_the_pit_lane(pit_in_s, pit_out_s, thirds):
    pits = {"pit_in_ms": pit_in_s, "pit_out_ms": pit_out_s}
    one = lap("1", 1, 100_000, **{name: None if s is None else s * 1_000 for name, s in pits.items()})

    stretches = (0, 33_000), (33_000, 66_000), (66_000, 100_000)
    assert [through_pits(one, *stretch) for stretch in stretches] == thirds
    assert lap_through_pits(one) == any(thirds)


def test_a_lap_without_an_end_does_not():
    assert not lap_through_pits(lap("1", 1, None, pit_in_ms=5_000))
