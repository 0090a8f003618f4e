"""Which stretches of a lap lead through the pit lane. Pure.

The timing feed takes no such time for a best one, of a sector or of a lap, however short it is: the way into the pits
may cut off the last corner.
"""

from seasons.records import LapRecord


def lap_through_pits(lap: LapRecord) -> bool:
    """Whether a lap that has ended and has a time began or ended in the pit lane, or was in it in between."""
    return lap.end_ms is not None and through_pits(lap, lap.end_ms - (lap.lap_time_ms or 0), lap.end_ms)


def through_pits(lap: LapRecord, start_ms: int, end_ms: int) -> bool:
    """Whether the car was in the pit lane at some time of `lap` from `start_ms` to `end_ms`.

    A lap that leaves the pits before it enters them has two stays in them, of which it knows one end each.
    """
    entered = lap.pit_in_ms is not None and lap.pit_in_ms <= end_ms
    left = lap.pit_out_ms is not None and lap.pit_out_ms > start_ms
    if lap.pit_in_ms is not None and lap.pit_out_ms is not None and lap.pit_in_ms <= lap.pit_out_ms:
        return entered and left
    return entered or left
