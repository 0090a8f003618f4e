from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replays.loading.sector_ends import with_aligned_sectors
from seasons.records import LapRecord
from tests.replays.build.sessions import lap

SECTORS = st.tuples(*[st.integers(15_000, 60_000)] * 3)


def told(number: str, sectors: list[tuple[int, int, int]], late_ms: int) -> list[LapRecord]:
    """Laps as FastF1 has them: the ends of all sectors later by the same than the laps say."""
    made, began_ms = [], 60_000
    for lap_number, sector_ms in enumerate(sectors, start=1):
        first = began_ms + sector_ms[0]
        ends = (first, first + sector_ms[1], began_ms + sum(sector_ms))
        made.append(
            lap(
                number,
                lap_number,
                ends[-1],
                start_ms=began_ms,
                lap_time_ms=sum(sector_ms),
                sector_ms=sector_ms,
                sector_end_ms=tuple(end_ms + late_ms for end_ms in ends),
            )
        )
        began_ms = ends[-1]
    return made


@given(st.lists(SECTORS, min_size=1, max_size=6), st.integers(-600, 600), st.integers(-600, 600))
def test_the_sectors_of_each_car_end_where_its_laps_say(sectors, late_ms, other_late_ms):
    aligned = with_aligned_sectors([*told("4", sectors, late_ms), *told("81", sectors, other_late_ms)])

    assert [lap.sector_end_ms for lap in aligned] == [
        lap.sector_end_ms for lap in [*told("4", sectors, 0), *told("81", sectors, 0)]
    ]


LAPS = told("4", [(30_000, 31_000, 32_000)] * 3, late_ms=43)
TRUE = told("4", [(30_000, 31_000, 32_000)] * 3, late_ms=0)[1].sector_end_ms


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sector_ms": (None, None, None)}, TRUE),
        ({"sector_ms": (30_000, 31_000, None)}, TRUE),
        ({"end_ms": None}, TRUE),
        ({"sector_end_ms": (None, None, TRUE[2] + 200)}, (None, None, TRUE[2])),
        ({"sector_end_ms": (TRUE[0] + 43, TRUE[1] + 43, None)}, (TRUE[0], TRUE[1], None)),
        ({"sector_end_ms": tuple(end_ms + 300 for end_ms in TRUE)}, TRUE),
        ({"sector_end_ms": (None, None, None)}, (None, None, None)),
    ],
)
def test_what_a_lap_lacks_is_known_by_the_cars_other_laps(change, expected):
    aligned = with_aligned_sectors([LAPS[0], replace(LAPS[1], **change), LAPS[2]])

    assert aligned[1].sector_end_ms == expected


def test_without_anything_to_go_by_they_stay():
    endless = replace(LAPS[0], end_ms=None)

    assert with_aligned_sectors([endless]) == (endless,)
