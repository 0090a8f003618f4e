"""What a quality report comes to. Pure."""

from collections.abc import Iterator
from typing import Any

GOOD, LIMITED, POOR = "good", "limited", "poor"

GOOD_LEFT_OUT_P95_M, POOR_LEFT_OUT_P95_M = 1.5, 5.0
GOOD_SPEED_P95_KMH = 25.0
POOR_OFFICIAL_PLACES = 0.95
GOOD_GAP_P99_S = 0.2
GOOD_FAR, POOR_FAR = 0.001, 0.05
GOOD_SILENT = 0.05


def verdict(report: dict[str, Any], *, timing: bool = True) -> tuple[str, list[str]]:
    """`good`, `limited` or `poor`, and why it is not good; the reasons that make it poor come first.

    `timing`: whether there are laps.
    """
    poor, limited = list(_poor(report)), list(_limited(report))
    if not timing:
        limited.insert(0, "there is no timing: no order, gaps and laps")
    return (POOR if poor else LIMITED if limited else GOOD), poor + limited


def _poor(report: dict[str, Any]) -> Iterator[str]:
    motion, lines, off_track = report["motion"], report["lines"], report["off_track"]
    if motion and motion["left_out_p95_m"] > POOR_LEFT_OUT_P95_M:
        yield f"places between samples are off by up to {motion['left_out_p95_m']} m (p95)"
    if lines and lines["official_place"] < POOR_OFFICIAL_PLACES * lines["crossings"]:
        yield f"only {lines['official_place']} of {lines['crossings']} places at the line are the official ones"
    if off_track and off_track["far"] > POOR_FAR * off_track["known"]:
        yield f"{off_track['far']} of {off_track['known']} places are far from the track"


def _limited(report: dict[str, Any]) -> Iterator[str]:
    if "position" not in report["gaps"]:
        yield (
            "there are no positions: cars are placed by timing" if report["estimated_ms"] else "there are no positions"
        )
    elif report["estimated_ms"]:
        yield "some positions are missing: cars are placed by timing there"
    if "car" not in report["gaps"]:
        yield "there are no speeds"
    for name, gaps in report["gaps"].items():
        if gaps["share"] > GOOD_SILENT:
            yield f"the {name} feed is silent for {gaps['total_ms'] // 1000} s, {gaps['share']:.0%} of the replay"
    if report["mending"]["spread_ms"] is None and "position" in report["gaps"]:
        yield f"the positions are on their feed's clock: {report['mending']['why_not']}"
    yield from _limited_figures(report)


def _limited_figures(report: dict[str, Any]) -> Iterator[str]:
    motion, lines, off_track = report["motion"], report["lines"], report["off_track"]
    if motion and GOOD_LEFT_OUT_P95_M < motion["left_out_p95_m"] <= POOR_LEFT_OUT_P95_M:
        yield f"places between samples are off by up to {motion['left_out_p95_m']} m (p95)"
    if motion and motion["speed_p95_kmh"] > GOOD_SPEED_P95_KMH:
        yield f"speeds differ from the cars' own by up to {motion['speed_p95_kmh']} km/h (p95)"
    if lines and POOR_OFFICIAL_PLACES * lines["crossings"] <= lines["official_place"] < lines["crossings"]:
        missed = lines["crossings"] - lines["official_place"]
        yield f"{missed} of {lines['crossings']} places at the line are not official"
    if lines and lines["official_end"] is False:
        yield "the last order is not the classification"
    if lines and lines["gap_p99_s"] is not None and lines["gap_p99_s"] > GOOD_GAP_P99_S:
        yield f"gaps at the line are off by up to {lines['gap_p99_s']} s (p99)"
    if off_track and GOOD_FAR * off_track["known"] < off_track["far"] <= POOR_FAR * off_track["known"]:
        yield f"{off_track['far']} of {off_track['known']} places are far from the track"
