"""What all events up to a moment add up to, and events as they go over the wire. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

Event = dict[str, Any]

LAST_MESSAGES = 10
DURATIONS_MS = ("lap_time_ms", "sector_1_ms", "sector_2_ms", "sector_3_ms", "time_ms")
SECTORS = 3
OUT = frozenset({"retired"})
BACK = frozenset({"pit", "lap"})


def seconds(t_ms: float) -> float:
    """Session time as the protocol has it: seconds with millisecond precision."""
    return round(t_ms / 1000, 3)


def on_wire(event: Event) -> Event:
    """A stored event with its times in seconds and without the `_ms` of their names."""
    fields = {key: value for key, value in event.items() if key not in DURATIONS_MS and key != "t_ms"}
    for key in DURATIONS_MS:
        if key in event:
            fields[key.removesuffix("_ms")] = None if event[key] is None else seconds(event[key])
    return {"kind": fields.pop("kind"), "t": seconds(event["t_ms"]), **fields}


class EventLog:
    """The events of a replay, in time order."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._times_ms = [event["t_ms"] for event in events]
        self._events = events

    def between(self, after_ms: float, until_ms: float) -> list[Event]:
        """The events at `after_ms < t <= until_ms`, as on the wire."""
        first, last = bisect_right(self._times_ms, after_ms), bisect_right(self._times_ms, until_ms)
        return [on_wire(event) for event in self._events[first:last]]

    def lap_start_ms(self, lap: int) -> int | None:
        """When the first car began `lap`: when one before it ended; None where no car did, or for lap 1."""
        ends = (e["t_ms"] for e in self._events if e["kind"] == "lap" and e["lap"] == lap - 1)
        return next(ends, None)

    def snapshot(self, t_ms: float) -> dict[str, Any]:
        """The state of things at `t_ms`: the last of each kind, per car where it is about one."""
        latest: dict[str, Event | None] = dict.fromkeys(("track_status", "weather", "session_status", "fastest_lap"))
        messages: list[Event] = []
        tyres: dict[str, Event] = {}
        laps: dict[str, Event] = {}
        best_laps_ms: dict[str, int | None] = {}
        sectors: dict[str, Event] = {}
        mini_sectors: list[Event] = []
        retired: dict[str, None] = {}
        for event in self._events[: bisect_right(self._times_ms, t_ms)]:
            kind = event["kind"]
            if kind in latest:
                latest[kind] = event
            elif kind == "race_control":
                messages.append(event)
            elif kind == "tyre":
                tyres[event["number"]] = event
            elif kind == "lap":
                laps[event["number"]] = event
            elif kind == "best_lap":
                best_laps_ms[event["number"]] = event["lap_time_ms"]
            elif kind == "sector":
                if event["colour"] == "purple":
                    sectors = {number: _beaten(shown, event["sector"]) for number, shown in sectors.items()}
                sectors[event["number"]] = _with_colour(event, sectors.get(event["number"]))
            elif kind == "mini_sectors":
                mini_sectors.append(event)
            if kind in OUT:
                retired[event["number"]] = None
            elif kind in BACK:
                retired.pop(event["number"], None)
        return {
            "t": seconds(t_ms),
            **{kind: None if event is None else _without_kind(event) for kind, event in latest.items()},
            "race_control": [_without_kind(event) for event in messages[-LAST_MESSAGES:]],
            "tyres": {number: _without_kind(event) for number, event in tyres.items()},
            "laps": {number: _with_best(event, best_laps_ms.get(number)) for number, event in laps.items()},
            "sectors": sectors,
            "mini_sectors": _last_of_each_car(mini_sectors),
            "retired": list(retired),
        }


def _with_best(lap: Event, best_ms: int | None) -> Event:
    return _without_kind(lap) | {"best_lap_time": None if best_ms is None else seconds(best_ms)}


def _with_colour(sector: Event, before: Event | None) -> Event:
    """The lap of `sector` and the colours of its sectors so far, in their order; None for one without."""
    same_lap = before is not None and before["lap"] == sector["lap"]
    colours = list(before["colours"]) if before is not None and same_lap else [None] * SECTORS
    colours[sector["sector"] - 1] = sector["colour"]
    return {"lap": sector["lap"], "colours": colours}


def _beaten(shown: Event, sector: int) -> Event:
    """`shown` once there is a better time in `sector`: what was purple stays the car's own best, as in the feed."""
    colours = list(shown["colours"])
    if colours[sector - 1] == "purple":
        colours[sector - 1] = "green"
    return shown | {"colours": colours}


def _last_of_each_car(mini_sectors: Sequence[Event]) -> dict[str, Any] | None:
    cars: dict[str, str] = {}
    for event in mini_sectors:
        cars |= event["cars"]
    return {"counts": mini_sectors[-1]["counts"], "cars": cars} if mini_sectors else None


def _without_kind(event: Event) -> Event:
    return {key: value for key, value in on_wire(event).items() if key != "kind"}
