"""A clock as a conductor runs it, as the registry keeps it, and as viewers are told of it. Pure.

A clock counts in this process's monotonic seconds, the others in the server's, which all processes share.
"""

from typing import Any

from replays.clock import PLAYING, Clock
from replays.playing.registry import ClockRecord
from replays.playing.server_time import monotonic_s, server_time_s
from replays.playing.snapshot import seconds


def record_of(clock: Clock) -> ClockRecord:
    return ClockRecord(clock.generation, clock.status, clock.anchor_ms, server_time_s(clock.anchored_at_s), clock.speed)


def clock_of(record: ClockRecord, t_start_ms: int, t_end_ms: int) -> Clock:
    return Clock(
        t_start_ms,
        t_end_ms,
        record.anchor_ms,
        monotonic_s(record.anchored_at),
        record.speed,
        record.status,
        record.generation,
    )


def state_of(record: ClockRecord) -> dict[str, Any]:
    """The protocol's `state`."""
    return {
        "type": "state",
        "generation": record.generation,
        "status": record.status,
        "t": seconds(record.anchor_ms),
        "speed": record.speed,
        "server_time": record.anchored_at,
        "request_id": None,
    }


def record_from(state: dict[str, Any]) -> ClockRecord:
    """What a `state` says of the clock."""
    return ClockRecord(state["generation"], state["status"], state["t"] * 1000, state["server_time"], state["speed"])


def position_ms(state: dict[str, Any], server_s: float) -> float:
    """Media time at a moment of the server's clock."""
    elapsed_s = max(server_s - state["server_time"], 0.0) if state["status"] == PLAYING else 0.0
    return float(state["t"] * 1000 + elapsed_s * state["speed"] * 1000)
