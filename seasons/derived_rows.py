"""What follows from the records of a session: stints, pit stops, periods of track status. Plain arithmetic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, zip_longest
from typing import NamedTuple

from seasons.records import LapRecord, TrackStatusRecord


@dataclass(frozen=True, slots=True)
class StintRecord:
    """Consecutive laps of a car on one set of tyres, `first_lap` to `last_lap`, both of them in it."""

    number: int
    compound: str
    fresh_tyre: bool | None
    tyre_life_at_start: int | None
    first_lap: int
    last_lap: int


@dataclass(frozen=True, slots=True)
class PitStopRecord:
    """A visit to the pit lane at the end of lap `lap_number`; without an out for a car that stayed in."""

    number: int
    lap_number: int
    pit_in_ms: int
    pit_out_ms: int | None

    @property
    def duration_ms(self) -> int | None:
        return None if self.pit_out_ms is None else self.pit_out_ms - self.pit_in_ms


@dataclass(frozen=True, slots=True)
class TrackPeriod:
    """The track had status `code` from `start_ms` until `end_ms`, which is None for the last."""

    start_ms: int
    end_ms: int | None
    code: str


def stints_of(laps: Sequence[LapRecord]) -> tuple[StintRecord, ...]:
    """The stints of a car, by the timing's numbers; none where those are not known at all. `laps` by lap number.

    A lap whose stint is not known belongs to that of the lap before it, at the start to that of the first lap that
    has one. Numbers only grow: a lower one than before is a correction that came late.
    """
    if all(lap.stint is None for lap in laps):
        return ()
    numbered = zip(_stint_numbers(laps), laps, strict=True)
    return tuple(
        _stint(number, [lap for _, lap in group]) for number, group in groupby(numbered, key=lambda pair: pair[0])
    )


def pit_stops_of(laps: Sequence[LapRecord]) -> tuple[PitStopRecord, ...]:
    """The visits of a car to the pit lane: into it on one lap, out of it on the next. `laps` by lap number.

    Every visit counts: tyres, penalties, garages, red flags, and races that follow the safety car through the pit
    lane. An out without an in before it (a start from the pit lane or the garage) is none. On a lap that has both,
    the car came out first, unless their times say otherwise.
    """
    passages = [passage for lap in laps for passage in _passages(lap)]
    visits = [
        (into.lap_number, into.t_ms, following.t_ms if following is not None and _ends(into, following) else None)
        for into, following in zip_longest(passages, passages[1:])
        if into.is_in
    ]
    return tuple(PitStopRecord(number, *visit) for number, visit in enumerate(visits, start=1))


def track_periods(changes: Iterable[TrackStatusRecord]) -> tuple[TrackPeriod, ...]:
    """The periods between changes of the track's status. Of several at one instant the last one counts."""
    code_at = {change.t_ms: change.code for change in sorted(changes, key=lambda change: change.t_ms)}
    starts = [next(group) for _, group in groupby(code_at.items(), key=lambda item: item[1])]
    ends: list[int | None] = [t_ms for t_ms, _ in starts[1:]]
    return tuple(
        TrackPeriod(start_ms, end_ms, code) for (start_ms, code), end_ms in zip(starts, [*ends, None], strict=False)
    )


def by_car(laps: Iterable[LapRecord]) -> dict[str, list[LapRecord]]:
    """The laps of each car, by lap number."""
    cars: dict[str, list[LapRecord]] = {}
    for lap in sorted(laps, key=lambda lap: lap.lap_number):
        cars.setdefault(lap.number, []).append(lap)
    return cars


def _stint_numbers(laps: Sequence[LapRecord]) -> list[int]:
    first = next(lap.stint for lap in laps if lap.stint is not None)
    return list(accumulate((lap.stint or 0 for lap in laps), max, initial=first))[1:]


def _stint(number: int, laps: Sequence[LapRecord]) -> StintRecord:
    return StintRecord(
        number=number,
        compound=next((lap.compound for lap in laps if lap.compound), ""),
        fresh_tyre=next((lap.fresh_tyre for lap in laps if lap.fresh_tyre is not None), None),
        tyre_life_at_start=_tyre_life_at_start(laps),
        first_lap=laps[0].lap_number,
        last_lap=laps[-1].lap_number,
    )


def _tyre_life_at_start(laps: Sequence[LapRecord]) -> int | None:
    """The laps the set had behind it when it was fitted.

    FastF1's TyreLife counts a lap when it ends, from the laps the feed says the set had when it was fitted. It does
    not count laps of which it does not know the stint.
    """
    counted = [lap for lap in laps if lap.stint is not None]
    for driven, lap in enumerate(counted, start=1):
        if lap.tyre_life is not None:
            return max(lap.tyre_life - driven, 0)
    return None


class _Passage(NamedTuple):
    """A car goes into the pit lane, or out of it."""

    lap_number: int
    t_ms: int
    is_in: bool


def _passages(lap: LapRecord) -> list[_Passage]:
    """In the order of their times."""
    instants = ((lap.pit_out_ms, False), (lap.pit_in_ms, True))
    return sorted(_Passage(lap.lap_number, t_ms, is_in) for t_ms, is_in in instants if t_ms is not None)


def _ends(into: _Passage, following: _Passage) -> bool:
    """Whether the visit that began with `into` ends with the passage after it."""
    return not following.is_in and following.lap_number <= into.lap_number + 1 and following.t_ms >= into.t_ms
