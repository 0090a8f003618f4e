"""A report comes to a verdict, and says what it is for."""

import pytest

from replays.build.verdict import verdict

GOOD = {
    "gaps": {"position": {"share": 0.01, "total_ms": 60_000}, "car": {"share": 0.01, "total_ms": 60_000}},
    "estimated_ms": [],
    "mending": {"why_not": None, "speed_lag_ms": 60, "spread_ms": 14.6, "spread_by_car_ms": 3.3},
    "motion": {"left_out_median_m": 0.11, "left_out_p95_m": 0.8, "speed_p95_kmh": 14.0},
    "lines": {"crossings": 900, "official_place": 900, "official_end": True, "gap_median_s": 0.0, "gap_p99_s": 0.0},
    "off_track": {"known": 100_000, "far": 0, "far_is_m": 25.0, "furthest_m": 12.0},
}


def changed(part, **values):
    return GOOD | {part: GOOD[part] | values}


def test_a_report_without_blemish_is_good():
    assert verdict(GOOD) == ("good", [])


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (changed("motion", left_out_p95_m=2.0), "off by up to 2.0 m"),
        (changed("motion", speed_p95_kmh=40.0), "40.0 km/h"),
        (changed("lines", official_place=899), "1 of 900 places at the line are not official"),
        (changed("lines", official_end=False), "not the classification"),
        (changed("lines", gap_p99_s=0.5), "off by up to 0.5 s"),
        (changed("off_track", far=200), "200 of 100000 places are far"),
        (changed("gaps", car={"share": 0.2, "total_ms": 1_200_000}), "the car feed is silent for 1200 s, 20%"),
        (changed("mending", spread_ms=None, why_not="too few cars move at the same time"), "too few cars move"),
        (GOOD | {"gaps": {"car": GOOD["gaps"]["car"]}, "estimated_ms": [[0, 9]]}, "placed by timing"),
        (GOOD | {"estimated_ms": [[0, 9]]}, "some positions are missing"),
        (GOOD | {"gaps": {"position": GOOD["gaps"]["position"]}}, "no speeds"),
    ],
)
def test_what_is_less_than_whole_limits_it(report, reason):
    said, reasons = verdict(report)

    assert said == "limited"
    assert len(reasons) == 1
    assert reason in reasons[0]


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (changed("motion", left_out_p95_m=9.0), "off by up to 9.0 m"),
        (changed("lines", official_place=800), "only 800 of 900"),
        (changed("off_track", far=9_000), "9000 of 100000"),
    ],
)
def test_below_the_floor_it_is_poor_and_that_is_said_first_and_once(report, reason):
    said, reasons = verdict(report | {"estimated_ms": [[0, 9]]})

    assert said == "poor"
    assert reason in reasons[0]
    assert len(reasons) == 2


def test_an_even_clock_is_as_good_as_a_mended_one():
    assert verdict(changed("mending", why_not="it is even")) == ("good", [])


def test_what_cannot_be_measured_is_not_held_against_it():
    assert verdict(GOOD | {"motion": None, "lines": None, "off_track": None}) == ("good", [])


def test_without_timing_there_is_no_order_and_that_limits_it():
    said, reasons = verdict(GOOD | {"lines": None}, timing=False)

    assert said == "limited"
    assert reasons == ["there is no timing: no order, gaps and laps"]
