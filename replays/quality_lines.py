"""A replay's quality report in lines for people: in the admin, and by the command `replay_quality`."""

from typing import Any

from seasons.admin.durations import show_ms

MS = 1_000


def quality_lines(quality: dict[str, Any]) -> list[str]:
    """The verdict first, then its reasons, what is missing and the figures. An older schema may tell less."""
    return [
        *_verdict_lines(quality),
        *_missing_lines(quality),
        *_clock_lines(quality.get("mending")),
        *_motion_lines(quality.get("motion")),
        *_line_lines(quality.get("lines")),
        *_off_track_lines(quality.get("off_track")),
        *quality.get("problems", []),
    ]


def _verdict_lines(quality: dict[str, Any]) -> list[str]:
    if "verdict" not in quality:
        return []
    reasons = quality["reasons"]
    return [f"{quality['verdict'].capitalize()}{': ' if reasons else ''}{'; '.join(reasons)}"]


def _missing_lines(quality: dict[str, Any]) -> list[str]:
    lines = [_gaps_line(feed, gaps) for feed, gaps in quality.get("gaps", {}).items() if gaps["count"]]
    if silent := quality.get("cars_without_positions"):
        lines.append(f"No position of {', '.join(silent)}")
    if outliers := quality.get("outliers"):
        lines.append(f"{outliers} sample{'' if outliers == 1 else 's'} of positions left out as outliers")
    if "outline" in quality and quality["outline"] is None:
        lines.append("No outline of the track")
    elif quality.get("outline") == "circuit_data":
        lines.append("The track's outline is that of the circuit's data, not of this session's")
    return lines


def _gaps_line(feed: str, gaps: dict[str, Any]) -> str:
    longest = max(gaps["longest_ms"], key=lambda gap: gap[1] - gap[0])
    count = f"{gaps['count']} gap{'' if gaps['count'] == 1 else 's'}"
    return (
        f"{feed.capitalize()} feed: {count}, {gaps['total_ms'] / MS:.1f} s in all; "
        f"the longest of {(longest[1] - longest[0]) / MS:.1f} s at {show_ms(longest[0])}"
    )


def _clock_lines(mending: dict[str, Any] | None) -> list[str]:
    if mending is None:
        return []
    lines = []
    if mending["spread_ms"] is not None and mending["why_not"]:
        lines.append(f"The feed's clock stands: {mending['why_not']}")
    elif mending["spread_ms"] is not None:
        lines.append(
            f"Clock mended: steps were off by {mending['spread_ms']} ms, now by {mending['spread_by_car_ms']} ms; "
            f"speeds came {mending['speed_lag_ms']} ms late"
        )
    if mending.get("timing_lag_ms"):
        lines.append(f"Official times came {mending['timing_lag_ms']} ms later than telemetry")
    if mending.get("moved_median_m") is not None:
        lines.append(
            f"Places moved along the track by {mending['moved_median_m']} m (median), "
            f"{mending['moved_p95_m']} m (p95), {mending['moved_most_m']} m at most"
        )
    return lines


def _motion_lines(motion: dict[str, Any] | None) -> list[str]:
    if motion is None:
        return []
    return [
        f"Left-out samples are met to {motion['left_out_median_m']} m (median) and {motion['left_out_p95_m']} m (p95), "
        f"speeds to {motion['speed_p95_kmh']} km/h (p95)"
    ]


def _line_lines(lines: dict[str, Any] | None) -> list[str]:
    if lines is None:
        return []
    told = [f"{lines['official_place']} of {lines['crossings']} places at the line are the official ones"]
    if lines["gap_p99_s"] is not None:
        told.append(f"gaps there are off by {lines['gap_median_s']} s (median) and {lines['gap_p99_s']} s (p99)")
    return ["; ".join(told)]


def _off_track_lines(off_track: dict[str, Any] | None) -> list[str]:
    if off_track is None or off_track["furthest_m"] is None:
        return []
    return [
        f"{off_track['far']} of {off_track['known']} places are further than {off_track['far_is_m']:g} m from track "
        f"and pit lane, the furthest {off_track['furthest_m']} m"
    ]
