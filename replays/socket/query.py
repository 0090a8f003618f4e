"""The query of a socket's address: how to be sent frames, and how a new room begins. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from replays.clock import MAX_SPEED, MIN_SPEED
from replays.playing.encoding import Variant
from replays.socket.commands import MAX_BATCH, MAX_SESSION_S

BATCHES_PER_SECOND = 5
OPENING = ("t", "speed", "paused")
KNOWN = ("fps", "batch", "columns", "cars", "ticket", "t", "speed", "paused")


class BadQuery(ValueError):
    """The message names the parameter and what it may be."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What a replay has to offer: its columns, its cars' numbers, the room's frames a second; `binary` or as JSON."""

    columns: tuple[str, ...]
    cars: tuple[str, ...]
    fps: int
    binary: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Parameters as given; None for those that were not."""

    fps: int | None = None
    batch: int | None = None
    columns: tuple[str, ...] | None = None
    cars: tuple[str, ...] | None = None
    t: float | None = None
    speed: float = 1.0
    paused: bool = False
    ticket: str | None = None
    opens: tuple[str, ...] = ()
    """Those given that only say how a new room begins."""


def parse_query(query_string: bytes) -> Query:
    """Raises BadQuery for unknown parameters and values that make no sense."""
    try:
        given = dict(parse_qsl(query_string.decode(), keep_blank_values=True, strict_parsing=bool(query_string)))
    except ValueError:
        raise BadQuery("the query cannot be read") from None
    unknown = sorted(given.keys() - set(KNOWN))
    if unknown:
        raise BadQuery(f"{unknown[0][:40]}: unknown; known are {', '.join(KNOWN)}")
    return Query(
        fps=_whole(given, "fps", 0, 60),
        batch=_whole(given, "batch", 1, MAX_BATCH),
        columns=_names(given, "columns"),
        cars=_names(given, "cars"),
        t=_number(given, "t", 0.0, MAX_SESSION_S),
        speed=_number(given, "speed", MIN_SPEED, MAX_SPEED) or 1.0,
        paused=_flag(given, "paused"),
        ticket=given.get("ticket"),
        opens=tuple(name for name in OPENING if name in given),
    )


def chosen_variant(
    offered: Offered,
    before: Variant | None,
    *,
    fps: int | None,
    batch: int | None,
    columns: tuple[str, ...] | None,
    cars: tuple[str, ...] | None,
) -> Variant:
    """The variant asked for; what is None stays as `before`, or is all there is. Raises BadQuery.

    The default batch is a fifth of a second of frames.
    """
    if fps is None:
        fps = before.fps if before else offered.fps
    if fps > offered.fps:
        raise BadQuery(f"fps: 0 to {offered.fps}, not {fps}")
    if batch is None:
        batch = before.batch if before else max(fps // BATCHES_PER_SECOND, 1)
    return Variant(
        fps=fps,
        batch=batch,
        columns=_known("columns", columns, offered.columns) or (before.columns if before else offered.columns),
        cars=_places(cars, offered) or (before.cars if before else tuple(range(len(offered.cars)))),
        binary=offered.binary,
    )


def _known(name: str, wanted: tuple[str, ...] | None, offered: tuple[str, ...]) -> tuple[str, ...]:
    for value in wanted or ():
        if value not in offered:
            raise BadQuery(f"{name}: {value[:40]!r} is none of {', '.join(offered)}")
    return tuple(dict.fromkeys(wanted or ()))


def _places(wanted: tuple[str, ...] | None, offered: Offered) -> tuple[int, ...]:
    return tuple(offered.cars.index(number) for number in _known("cars", wanted, offered.cars))


def _whole(given: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    if name not in given:
        return None
    text = given[name]
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise BadQuery(f"{name}: a whole number from {low} to {high}, not {text[:40]!r}")
    return int(text)


def _number(given: Mapping[str, str], name: str, low: float, high: float) -> float | None:
    if name not in given:
        return None
    try:
        value = float(given[name])
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise BadQuery(f"{name}: {low:g} to {high:g}, not {given[name][:40]!r}")
    return value


def _names(given: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    if name not in given:
        return None
    names = tuple(part.strip() for part in given[name].split(",") if part.strip())
    if not names:
        raise BadQuery(f"{name}: names, separated by commas")
    return names


def _flag(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "0")
    if value not in ("0", "1"):
        raise BadQuery(f"{name}: 0 or 1, not {value[:40]!r}")
    return value == "1"
