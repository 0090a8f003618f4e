"""From when to when a session is replayed. Pure."""

from dataclasses import dataclass

from replays.build.states import given_up_ms
from replays.loading.session_data import SessionData
from seasons.keys import RACE_KINDS

BEFORE_RACE_MS = 600_000
BEFORE_OTHERS_MS = 60_000
BEFORE_WITHOUT_TELEMETRY_MS = 10_000
AFTER_MS = 120_000
SECOND_MS = 1_000


@dataclass(frozen=True, slots=True)
class Span:
    t_start_ms: int
    t_end_ms: int


def replay_span(data: SessionData) -> Span:
    """From ten minutes before lights-out (a minute before other sessions) to two after the last lap, as far as
    there are samples, and never less than from the start to the last lap. A race that is given up ends when that is
    said."""
    clocks = [feed.t_ms for feed in (data.positions, data.cars) if feed is not None]
    ends = [lap.end_ms for lap in data.laps if lap.end_ms is not None]
    starts = [lap.start_ms for lap in data.laps if lap.start_ms is not None]
    started = data.start_ms if data.start_ms is not None else min(starts, default=None)
    if started is None:
        first_known = [int(clock[0]) for clock in clocks] or ends
        if not first_known:
            raise ValueError("the session has no moment to play")
        started = min(first_known)
    race = data.session.kind in RACE_KINDS
    if clocks:
        before = BEFORE_RACE_MS if race else BEFORE_OTHERS_MS
        start = min(max(int(min(clock[0] for clock in clocks)), started - before), started)
    else:
        start = started - BEFORE_WITHOUT_TELEMETRY_MS
    last_lap = max([*ends, given_up_ms(data) or 0], default=started) if ends else started
    last_sample = int(max((clock[-1] for clock in clocks), default=last_lap))
    end = max(last_lap, min(last_sample, last_lap + AFTER_MS)) if ends else last_sample
    start = max(start, 0) // SECOND_MS * SECOND_MS
    if end <= start:
        raise ValueError("the session has no moment to play")
    return Span(start, end)
