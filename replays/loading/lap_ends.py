"""When laps ended, so far apart as the timing feed says that cars were at the line. Pure.

FastF1 (3.9) puts the ends of a car's laps one after the other by its lap times, and puts cars as far apart as the feed
says on one lap. A lap without a time breaks that chain: what comes after is where its message came, up to 0.1 s late,
and a car that is put wrong once stays so. In three races that were measured eight cars were off, two of them by 0.1 s
after they had stood or pitted, one by 0.545 s all race long (Azerbaijan 2018, car 18). The gap to the leader that the
feed sends at the line is exact, to the millisecond the same on nearly every lap: the shift that most laps of a chain
agree on is right, and so the last gaps are those of the official result.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from seasons.records import LapRecord

Gaps = Mapping[str, Sequence[tuple[int, int]]]
"""Of each car what the feed said its gap to the leader was: time and gap in ms, in order of time."""

BEFORE_MS, AFTER_MS = 1_500, 4_000
"""When the feed sends the gap at the line, around the end of a lap."""
MIN_AGREEING = 3
"""So many laps have to agree on a shift, and more than agree on none."""
MOST_MOVED = 100
"""Chains, of all cars."""


@dataclass(slots=True)
class _Chain:
    """Laps of one car that follow each other by their times, and by how much they are to be moved."""

    laps: list[LapRecord]
    shift_ms: int = 0


def with_official_gaps(laps: Sequence[LapRecord], gaps: Gaps) -> tuple[LapRecord, ...]:
    """`laps`, sorted by car and number, with chains of them moved to where their gaps at the line are those of the
    feed."""
    chains = _chains(laps)
    for _ in range(MOST_MOVED):
        # One at a time, the surest first: a leader that is off makes it seem that those it leads are.
        leader_ms = _leader_ms(chains)
        found = [_agreed(chain, gaps.get(chain.laps[0].number, ()), leader_ms) for chain in chains]
        laps_more, shift_ms, surest = max(((*one, at) for at, one in enumerate(found)), default=(0, 0, 0))
        if not laps_more:
            break
        chains[surest].shift_ms = shift_ms
    shifts_ms = {(lap.number, lap.lap_number): chain.shift_ms for chain in chains for lap in chain.laps}
    return _placed(_moved(laps, shifts_ms)) if any(shifts_ms.values()) else tuple(laps)


def _chains(laps: Sequence[LapRecord]) -> list[_Chain]:
    chains: list[_Chain] = []
    for lap in laps:
        if lap.end_ms is None or lap.generated:
            continue
        last = chains[-1].laps[-1] if chains else None
        if last is None or last.end_ms is None or not _follows(lap, last):
            chains.append(_Chain([lap]))
        else:
            chains[-1].laps.append(lap)
    return chains


def _follows(lap: LapRecord, last: LapRecord) -> bool:
    if lap.number != last.number or lap.lap_number != last.lap_number + 1:
        return False
    return lap.lap_time_ms is not None and lap.end_ms == (last.end_ms or 0) + lap.lap_time_ms


def _leader_ms(chains: Sequence[_Chain]) -> dict[int, int]:
    """When the first car ended each lap."""
    ends: dict[int, list[int]] = defaultdict(list)
    for chain in chains:
        for lap in chain.laps:
            ends[lap.lap_number].append((lap.end_ms or 0) + chain.shift_ms)
    return {lap_number: min(own) for lap_number, own in ends.items()}


def _agreed(chain: _Chain, told: Sequence[tuple[int, int]], leader_ms: Mapping[int, int]) -> tuple[int, int]:
    """How many more laps of the chain agree on another shift than on its own, and on which; 0 where none do."""
    agreeing: Counter[int] = Counter()
    for lap in chain.laps:
        end_ms = lap.end_ms or 0
        first = bisect_left(told, (end_ms - BEFORE_MS, 0))
        last = bisect_left(told, (end_ms + AFTER_MS, 0))
        agreeing.update({leader_ms[lap.lap_number] + gap_ms - end_ms for _, gap_ms in told[first:last]})
    if not agreeing:
        return 0, 0
    shift_ms, laps = agreeing.most_common(1)[0]
    return (max(laps - agreeing[chain.shift_ms], 0), shift_ms) if laps >= MIN_AGREEING else (0, 0)


def _placed(laps: Sequence[LapRecord]) -> tuple[LapRecord, ...]:
    """The places at the end of each lap in the order of its ends, as FastF1 gives them."""
    ended: dict[int, list[LapRecord]] = defaultdict(list)
    for lap in laps:
        if lap.end_ms is not None and lap.position is not None:
            ended[lap.lap_number].append(lap)
    places = {}
    for lap_number, own in ended.items():
        in_order = sorted(own, key=lambda lap: lap.end_ms or 0)
        for lap, position in zip(in_order, sorted(lap.position or 0 for lap in own), strict=True):
            places[lap.number, lap_number] = position
    return tuple(replace(lap, position=places.get((lap.number, lap.lap_number), lap.position)) for lap in laps)


def _moved(laps: Sequence[LapRecord], shifts_ms: Mapping[tuple[str, int], int]) -> list[LapRecord]:
    """Each lap begins where the one before ends."""
    moved = []
    for lap in laps:
        shift_ms = shifts_ms.get((lap.number, lap.lap_number), 0)
        before_ms = shifts_ms.get((lap.number, lap.lap_number - 1), 0)
        first, second, third = lap.sector_end_ms
        moved.append(
            replace(
                lap,
                start_ms=_later(lap.start_ms, before_ms),
                end_ms=_later(lap.end_ms, shift_ms),
                sector_end_ms=(_later(first, shift_ms), _later(second, shift_ms), _later(third, shift_ms)),
            )
        )
    return moved


def _later(t_ms: int | None, by_ms: int) -> int | None:
    return None if t_ms is None else t_ms + by_ms
