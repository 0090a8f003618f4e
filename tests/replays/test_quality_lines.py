"""A quality report is told in lines: what it comes to, what is missing, how true the rest is."""

from replays.quality_lines import quality_lines

REPORT = {
    "verdict": "limited",
    "reasons": ["speeds differ from the cars' own by up to 30.0 km/h (p95)"],
    "gaps": {
        "position": {"count": 2, "total_ms": 7000, "longest_ms": [(60_000, 62_000), (90_000, 95_000)]},
        "car": {"count": 0, "total_ms": 0, "longest_ms": []},
    },
    "cars_without_positions": ["HAD"],
    "outline": None,
    "clock": "mended",
    "mending": {
        "why_not": None,
        "speed_lag_ms": 60,
        "timing_lag_ms": 176,
        "spread_ms": 14.5,
        "spread_by_car_ms": 3.3,
        "moved_median_m": 0.2,
        "moved_p95_m": 1.83,
        "moved_most_m": 25.82,
    },
    "estimated_ms": [],
    "outliers": 1,
    "motion": {"left_out_median_m": 0.11, "left_out_p95_m": 0.79, "speed_p95_kmh": 30.0},
    "lines": {"crossings": 920, "official_place": 919, "official_end": True, "gap_median_s": 0.0, "gap_p99_s": 0.001},
    "off_track": {"known": 1000, "far": 2, "far_is_m": 25.0, "furthest_m": 31.5},
    "problems": ["no weather"],
}


def test_everything_that_is_known_is_told():
    assert quality_lines(REPORT) == [
        "Limited: speeds differ from the cars' own by up to 30.0 km/h (p95)",
        "Position feed: 2 gaps, 7.0 s in all; the longest of 5.0 s at 1:30.000",
        "No position of HAD",
        "1 sample of positions left out as outliers",
        "No outline of the track",
        "Clock mended: steps were off by 14.5 ms, now by 3.3 ms; speeds came 60 ms late",
        "Official times came 176 ms later than telemetry",
        "Places moved along the track by 0.2 m (median), 1.83 m (p95), 25.82 m at most",
        "Left-out samples are met to 0.11 m (median) and 0.79 m (p95), speeds to 30.0 km/h (p95)",
        "919 of 920 places at the line are the official ones; gaps there are off by 0.0 s (median) and 0.001 s (p99)",
        "2 of 1000 places are further than 25 m from track and pit lane, the furthest 31.5 m",
        "no weather",
    ]


def test_a_good_one_has_no_reasons_and_an_even_clock_is_said_to_stand():
    even = {"why_not": "it is even", "speed_lag_ms": 0, "spread_ms": 4.0, "spread_by_car_ms": 3.9}

    lines = quality_lines({"verdict": "good", "reasons": [], "mending": even, "motion": None, "lines": None})

    assert lines == ["Good", "The feed's clock stands: it is even"]


def test_a_report_of_an_older_schema_tells_what_it_has():
    assert quality_lines({}) == []
    assert quality_lines({"clock": "feed", "problems": ["no weather"]}) == ["no weather"]
