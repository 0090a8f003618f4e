from dataclasses import replace

from seasons.result_rows import results_of, told
from tests.seasons.records import NORRIS, PIASTRI, VERSTAPPEN, lap, laps

WINNER = replace(NORRIS, race_time_ms=6_126_304, laps=57, points=25.0)
SECOND = replace(VERSTAPPEN, race_time_ms=895)
OUT = replace(PIASTRI, position=20, classified="R", race_time_ms=None)


def test_a_race_has_the_winners_time_and_the_others_gaps():
    results = results_of("race", [WINNER, SECOND, OUT], {})

    assert [(r.time_ms, r.gap_ms) for r in results.values()] == [(6_126_304, None), (6_127_199, 895), (None, None)]


def test_drivers_who_shared_the_winning_car_have_its_time():
    shared = replace(WINNER, number="1004")

    assert results_of("race", [WINNER, shared], {})["1004"].time_ms == 6_126_304


def test_without_the_winners_time_only_gaps_are_known():
    results = results_of("race", [replace(WINNER, race_time_ms=None), SECOND], {})

    assert (results["1"].time_ms, results["1"].gap_ms) == (None, 895)


def test_the_best_lap_is_the_fastest_that_counts():
    driven = {
        "4": [
            lap("4", 1, lap_time_ms=80_000, deleted=True),
            lap("4", 2, lap_time_ms=81_000, generated=True),
            lap("4", 3, lap_time_ms=None),
            lap("4", 4, lap_time_ms=85_000),
            lap("4", 5, lap_time_ms=86_000),
        ]
    }

    assert results_of("race", [WINNER], driven)["4"].best_lap_ms == 85_000


def test_practice_is_in_the_order_of_the_best_laps_whatever_the_source_says():
    driven = {
        "4": [lap("4", 1, lap_time_ms=88_000)],
        "1": [lap("1", 1, lap_time_ms=87_000, end_ms=5_000_000)],
        "81": [lap("81", 1, lap_time_ms=87_000, end_ms=4_000_000)],
    }
    without_a_lap = replace(NORRIS, number="5", position=4)

    results = results_of(
        "practice-2", [replace(NORRIS, race_time_ms=88_000), VERSTAPPEN, PIASTRI, without_a_lap], driven
    )

    assert {number: r.position for number, r in results.items()} == {"81": 1, "1": 2, "4": 3, "5": None}
    assert {r.time_ms for r in results.values()} == {None}


def test_practice_without_laps_has_the_order_of_the_source():
    assert results_of("practice-2", [PIASTRI], {})["81"].position == 9


def test_completed_laps_are_counted_where_the_source_does_not_say():
    driven = {"4": [*laps("4", count=3), lap("4", 4, end_ms=None), lap("4", 5, generated=True)], "1": laps("1")}

    results = results_of("qualifying", [replace(NORRIS, laps=None), replace(VERSTAPPEN, laps=2), PIASTRI], driven)

    assert {number: r.laps for number, r in results.items()} == {"4": 3, "1": 2, "81": 0}


def test_qualifying_has_its_three_times():
    result = results_of("qualifying", [replace(NORRIS, q_ms=(72_386, 71_872, None))], {})["4"]

    assert (result.q1_ms, result.q2_ms, result.q3_ms) == (72_386, 71_872, None)


def test_a_source_tells_what_it_has_of_any_car():
    blank = replace(NORRIS, position=None, classified="", grid=None)

    assert told(results_of("race", [blank], {}).values()) == ()
    assert told(results_of("race", [replace(blank, grid=3)], {}).values()) == ("grid",)
    assert told(results_of("race", [blank], {"4": laps("4")}).values()) == ("laps", "best_lap_ms")
    assert "points" in told(results_of("race", [blank, SECOND], {}).values())
