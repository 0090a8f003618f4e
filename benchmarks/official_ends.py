"""How far apart cars ended a race, beside its official result, which has another source than lap times. Pure."""

from replays.loading.session_data import SessionData
from seasons.keys import RACE_KINDS

SECOND_MS = 1_000
"""Penalties, which the result has and the line has not, are whole seconds."""


def last_gap_errors_ms(data: SessionData) -> list[int]:
    """By how much the gap of each car to the winner at the end of its last lap differs from that of the result, but for
    penalties; empty where it is no race or the result has no times."""
    if data.session.kind not in RACE_KINDS:
        return []
    timed = {entry.number: entry.race_time_ms for entry in data.entries if entry.race_time_ms}
    ends_ms = {lap.number: lap.end_ms for lap in data.laps if lap.end_ms is not None and not lap.generated}
    if not timed:
        return []
    winner = max(timed, key=timed.__getitem__)  # all others have their gap
    errors_ms = []
    for number, gap_ms in timed.items():
        if number != winner and number in ends_ms:
            off_ms = (ends_ms[number] - ends_ms[winner] - gap_ms) % SECOND_MS
            errors_ms.append(min(off_ms, SECOND_MS - off_ms))
    return errors_ms
