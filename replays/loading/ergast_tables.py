"""jolpica's result rows as entries. Plain JSON in, records out: no FastF1 here.

jolpica writes every value as text, and an unknown one as the text `None`, as an empty one or not at all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from seasons.records import EntryRecord

Row = Mapping[str, Any]

SHARED_CAR_STEP = 1000
FIRST_MADE_NUMBER = 9001
CAR_NUMBER = re.compile(r"[0-9]{1,3}")
"""Car numbers have three digits at most (138 in the German races of the 1950s), so that four digits are free."""

NEVER_STARTED = frozenset({"E", "F", "W"})
"""Excluded, failed to qualify, withdrew: their grid 0 is no start from the pit lane."""

DURATION = re.compile(r"\+?(?:(?:(?P<h>\d+):)?(?P<min>\d+):)?(?P<s>\d+(?:\.\d+)?)")
MS_PER_S, MS_PER_MIN, MS_PER_H = 1000, 60_000, 3_600_000


def race_entries(rows: Sequence[Row]) -> tuple[EntryRecord, ...]:
    """The drivers of a race or a sprint with its result, in the official order.

    Until 1957 drivers shared cars and changed cars: every drive is an entry of its own, with the place and the
    points F1 gave the driver for it. Whoever shares a car has the place of the car, so a place may come twice.
    """
    winner_ms = next((time for row in rows if row.get("position") == "1" and (time := _millis(row))), None)
    return tuple(
        _entry(
            row,
            number,
            grid=_grid(row),
            position=_whole(row.get("position")) or None,
            classified=_text(row.get("positionText")),
            status=_text(row.get("status")),
            points=_number(row.get("points")),
            laps=_whole(row.get("laps")),
            race_time_ms=_race_time_ms(row, winner_ms),
        )
        for row, number in _numbered(rows)
    )


def qualifying_entries(rows: Sequence[Row]) -> tuple[EntryRecord, ...]:
    """The drivers of a qualifying with their times, in the official order. Before 2006 not all of Q1 to Q3 existed."""
    return tuple(
        _entry(
            row,
            number,
            position=_whole(row.get("position")) or None,
            q_ms=(_duration_ms(row.get("Q1")), _duration_ms(row.get("Q2")), _duration_ms(row.get("Q3"))),
        )
        for row, number in _numbered(rows)
    )


def _numbered(rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Each drive with a number that no other has in the session, in the order of the rows.

    The first driver of a car has its number, the next 1000 more: 20, 1020, 2020. Where jolpica knows no number,
    they count from 9001. A driver who comes twice with the same car drove it once: the first row counts.
    """
    taken: set[str] = set()
    seen: set[tuple[str, str]] = set()
    made = FIRST_MADE_NUMBER
    for row in rows:
        painted = _text(row.get("number"))
        if not CAR_NUMBER.fullmatch(painted):
            yield row, str(made)
            made += 1
            continue
        drive = (painted, _text((row.get("Driver") or {}).get("driverId")))
        if drive in seen:
            continue
        seen.add(drive)
        number = painted
        while number in taken:
            number = str(int(number) + SHARED_CAR_STEP)
        taken.add(number)
        yield row, number


def _entry(row: Row, number: str, **result: Any) -> EntryRecord:
    driver, team = row.get("Driver") or {}, row.get("Constructor") or {}
    first_name, last_name = _text(driver.get("givenName")), _text(driver.get("familyName"))
    return EntryRecord(
        number=number,
        code=_text(driver.get("code")),
        first_name=first_name,
        last_name=last_name,
        full_name=f"{first_name} {last_name}".strip() or f"Car {number}",
        driver_ref=_text(driver.get("driverId")),
        team=_text(team.get("name")),
        team_ref=_text(team.get("constructorId")),
        colour=None,
        **result,
    )


def _grid(row: Row) -> int | None:
    grid = _whole(row.get("grid"))
    return None if grid == 0 and row.get("positionText") in NEVER_STARTED else grid


def _race_time_ms(row: Row, winner_ms: int | None) -> int | None:
    """The winner's time, or the gap to it.

    jolpica's `millis` are whole times. Its `time` is the gap as published, which may differ from theirs by a
    millisecond; of a winner it lacks the seconds where the time has no fraction, so there `millis` count.
    """
    total_ms = _millis(row)
    told = _text((row.get("Time") or {}).get("time"))
    if row.get("position") == "1":
        return total_ms or (_duration_ms(told) if told.count(":") > 1 else None)
    if told.startswith("+"):
        return _duration_ms(told)
    if total_ms is None or winner_ms is None or total_ms < winner_ms:
        return None
    return total_ms - winner_ms


def _millis(row: Row) -> int | None:
    return _whole((row.get("Time") or {}).get("millis"))


def _duration_ms(value: Any) -> int | None:
    """`1:28.200` or `+1:02:03.4` in milliseconds; None for what is no duration (`+1 Lap`)."""
    match = DURATION.fullmatch(_text(value))
    if match is None:
        return None
    h, minutes = int(match["h"] or 0), int(match["min"] or 0)
    return h * MS_PER_H + minutes * MS_PER_MIN + round(float(match["s"]) * MS_PER_S)


def _text(value: Any) -> str:
    text = "" if value is None else str(value).strip()
    return "" if text == "None" else text


def _whole(value: Any) -> int | None:
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() else None


def _number(value: Any) -> float | None:
    try:
        return float(_text(value))
    except ValueError:
        return None
