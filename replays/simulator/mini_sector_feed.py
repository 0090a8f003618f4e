"""The mini-sectors of the timing feed: what each car's last passage of each was worth, as F1 words it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from replays.simulator.circuit import SECTOR_ENDS
from replays.simulator.motion import NOT_REACHED
from replays.simulator.timing_feed import Message
from replays.simulator.truth import SimulatedRace

Ints = npt.NDArray[np.int64]

SEGMENTS = (6, 7, 6)
"""Of each sector."""
NONE, YELLOW, GREEN, PURPLE, PIT_LANE = 0, 2048, 2049, 2051, 2064

Segment = tuple[int, int]
"""Sector and segment, both from 0."""


def mini_sector_messages(race: SimulatedRace) -> Iterator[Message]:
    """TimingData about mini-sectors, in order of time.

    A car's are cleared with the first one of its next lap; one that was the best of all and is so no longer turns into
    a car's own best.
    """
    segments = [(sector, segment) for sector, count in enumerate(SEGMENTS) for segment in range(count)]
    board = _Board(race, segments)
    unpainted = {(car, segment): NONE for car in range(len(race.drivers)) for segment in segments}
    yield Message(350, "TimingData", _lines(race, unpainted))
    passages = _passages(race)
    rows, cars = np.nonzero(passages != NOT_REACHED)
    order = np.argsort(passages[rows, cars], kind="stable")
    for row, car in zip(rows[order].tolist(), cars[order].tolist(), strict=True):
        t_ms = int(passages[row, car])
        began_ms = int(passages[row - 1, car]) if row else race.lights_out_ms
        yield Message(t_ms, "TimingData", _lines(race, board.passed(car, row % len(segments), t_ms, t_ms - began_ms)))


class _Board:
    """What is shown of every car, and the best times it goes by."""

    def __init__(self, race: SimulatedRace, segments: list[Segment]) -> None:
        self._segments = segments
        self._visits = [(stop.car, stop.in_ms, stop.out_ms) for stop in race.pit_stops]
        self._shown: dict[tuple[int, Segment], int] = {}
        self._own_best: dict[tuple[int, Segment], int] = {}
        self._best: dict[Segment, tuple[int, int]] = {}

    def passed(self, car: int, index: int, t_ms: int, took_ms: int) -> dict[tuple[int, Segment], int]:
        """What changes by a passage of the end of a segment."""
        segment = self._segments[index]
        changes = {(car, other): NONE for other in self._segments if index == 0 and (car, other) in self._shown}
        if any(who == car and in_ms <= t_ms <= out_ms for who, in_ms, out_ms in self._visits):
            changes[car, segment] = PIT_LANE
        else:
            changes[car, segment] = YELLOW
            if took_ms < self._own_best.get((car, segment), took_ms + 1):
                self._own_best[car, segment] = took_ms
                changes[car, segment] = GREEN
            best_ms, holder = self._best.get(segment, (took_ms + 1, car))
            if took_ms < best_ms:
                self._best[segment] = took_ms, car
                changes[car, segment] = PURPLE
                if holder != car and self._shown.get((holder, segment)) == PURPLE:
                    changes[holder, segment] = GREEN
        self._shown |= changes
        return changes


def _passages(race: SimulatedRace) -> Ints:
    """When each car passed the end of each segment, ms (laps * segments, cars)."""
    begins = (0.0, *SECTOR_ENDS[:-1])
    ends = [np.linspace(b, e, n + 1)[1:] for b, e, n in zip(begins, SECTOR_ENDS, SEGMENTS, strict=True)]
    per_lap = np.concatenate(ends)
    places = ((np.arange(race.laps)[:, None] + per_lap) * race.circuit.length_m).ravel()
    passages = np.stack([race.motion.passages_ms(car, places) for car in range(len(race.drivers))], axis=-1)
    at_line = np.cumsum(SEGMENTS) - 1
    for sector, row in enumerate(at_line.tolist()):
        passages[row :: per_lap.size] = race.sector_end_ms[:, sector]
    return np.where((race.finish_ms != NOT_REACHED) & (passages > race.finish_ms), NOT_REACHED, passages)


def _lines(race: SimulatedRace, changes: dict[tuple[int, Segment], int]) -> dict[str, Any]:
    lines: dict[str, Any] = {}
    for (car, (sector, segment)), status in changes.items():
        sectors = lines.setdefault(race.drivers[car].number, {"Sectors": {}})["Sectors"]
        sectors.setdefault(str(sector), {"Segments": {}})["Segments"][str(segment)] = {"Status": status}
    return {"Lines": lines}
