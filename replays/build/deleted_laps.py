"""When race control deleted which lap time, and gave one back, by its messages. Pure.

FastF1 marks a lap as deleted, but not since when.
"""

import re

from replays.loading.session_data import SessionData

LapName = tuple[str, int]
"""A car's number and its lap."""

DELETED = re.compile(r"CAR (\d+)\b.*? TIME (?:(\d+):)?(\d+)\.(\d{3}) DELETED\b")
"""`CAR 10 (GAS) TIME 1:34.967 DELETED - TRACK LIMITS AT TURN 1 LAP 54 16:54:53`."""

REINSTATED = re.compile(r"CAR (\d+)\b.*? TIME (?:(\d+):)?(\d+)\.(\d{3})\b.*\bREINSTATED\b")
"""`CAR 10 (GAS) TIME 1:34.967 DELETED LAP REINSTATED`."""


def deletions_ms(data: SessionData) -> dict[LapName, int]:
    """Per lap whose time was deleted when that was said, ms of session time.

    A lap is found by its time: in qualifying the laps that messages count are not those of the timing.
    """
    return _said_ms(data, DELETED)


def reinstatements_ms(data: SessionData) -> dict[LapName, int]:
    """Per lap whose time was deleted and counts again since when it does, ms of session time."""
    deleted = deletions_ms(data)
    return {lap: t_ms for lap, t_ms in _said_ms(data, REINSTATED).items() if t_ms >= deleted.get(lap, t_ms + 1)}


def _said_ms(data: SessionData, pattern: re.Pattern[str]) -> dict[LapName, int]:
    laps = {(lap.number, lap.lap_time_ms): lap.lap_number for lap in data.laps if lap.lap_time_ms is not None}
    said: dict[LapName, int] = {}
    for message in data.race_control:
        match = pattern.match(message.message)
        if match is None or message.t_ms is None:
            continue
        if pattern is DELETED and REINSTATED.match(message.message):
            continue
        number, minutes, seconds, ms = match.groups()
        lap = laps.get((number, int(minutes or 0) * 60_000 + int(seconds) * 1_000 + int(ms)))
        if lap is not None:
            said.setdefault((number, lap), message.t_ms)
    return said
