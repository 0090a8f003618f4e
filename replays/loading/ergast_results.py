"""Results without timing, from jolpica by FastF1's Ergast interface: all there is of the seasons before 2018.

For commands and workers: this imports FastF1.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from replays.loading.ergast_tables import Row, qualifying_entries, race_entries
from replays.loading.errors import NoResults, SourceUnavailable
from replays.loading.fastf1_errors import fastf1_errors
from replays.loading.fastf1_session import title
from replays.loading.retrying import BUSY_STATUSES, Busy, patiently
from replays.loading.schedule import FIRST_SEASON_WITH_TIMING
from seasons.records import EntryRecord, SessionRecord

if TYPE_CHECKING:
    from fastf1.ergast.interface import ErgastRawResponse

LIST_OF_KIND = {"qualifying": "QualifyingResults", "sprint": "SprintResults", "race": "Results"}
"""The kinds jolpica has results of, and what it calls the list of them."""

ROWS_A_PAGE = 100
"""jolpica's most."""

SAME_WEEKEND = timedelta(days=3)

NOT_CACHED = "Not Cached"
"""What FastF1's cache answers offline in place of a service's reason."""

BUSY = {status.phrase: status for status in BUSY_STATUSES}
"""By the words that are all FastF1 hands on of an answer."""


@dataclass(frozen=True, slots=True)
class RaceWeekend:
    """One race's part of jolpica's answer."""

    date: date
    circuit_name: str
    rows: tuple[Row, ...]


class SeasonResults:
    """The results of a season, each asked for when it is first wanted.

    `whole`: all of a kind are asked for at once, a few pages for the season, where else each event is one page. What
    cannot be had is not asked for again, but for a rate limit.
    """

    def __init__(self, year: int, *, whole: bool) -> None:
        self._year = year
        self._whole = whole
        self._asked: dict[tuple[str, int | None], list[RaceWeekend] | SourceUnavailable] = {}

    def of(self, record: SessionRecord) -> tuple[SessionRecord, tuple[EntryRecord, ...]]:
        """The session, with its circuit where F1's timing does not name it, and its entries with their results.

        Raises NoResults where jolpica has none, RateLimited, SourceUnavailable.
        """
        weekend = self._weekend(record) if record.kind in LIST_OF_KIND else None
        if weekend is None:
            raise NoResults(title(record))
        entries = (qualifying_entries if record.kind == "qualifying" else race_entries)(weekend.rows)
        if record.event.year >= FIRST_SEASON_WITH_TIMING:  # F1 calls its circuits otherwise, and would have each twice
            return record, entries
        return replace(record, event=replace(record.event, circuit_name=weekend.circuit_name)), entries

    def _weekend(self, record: SessionRecord) -> RaceWeekend | None:
        """By its day: round numbers change, and the calendar may be older than the results."""
        day = record.event.date.date()
        asked_round = None if self._whole else record.event.round_number
        key = (record.kind, asked_round)
        if key not in self._asked:
            try:
                self._asked[key] = _weekends(record.kind, self._year, asked_round)
            except SourceUnavailable as error:
                self._asked[key] = error
        weekends = self._asked[key]
        if isinstance(weekends, SourceUnavailable):
            raise weekends
        near = [weekend for weekend in weekends if abs(weekend.date - day) <= SAME_WEEKEND and weekend.rows]
        return min(near, key=lambda weekend: abs(weekend.date - day), default=None)


def _weekends(kind: str, year: int, round_number: int | None) -> list[RaceWeekend]:
    rows: dict[str, list[Row]] = {}
    races: dict[str, dict[str, Any]] = {}
    try:
        for race in _all_pages(kind, year, round_number):  # a page may end in the middle of a race
            races[race["date"]] = race
            rows.setdefault(race["date"], []).extend(race[LIST_OF_KIND[kind]])
        return [
            RaceWeekend(date.fromisoformat(day), str(race["Circuit"]["circuitName"]).strip(), tuple(rows[day]))
            for day, race in races.items()
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise SourceUnavailable(
            f"jolpica's {kind} results of {year} cannot be read ({type(error).__name__}: {error}): try again later"
        ) from None


def _all_pages(kind: str, year: int, round_number: int | None) -> list[dict[str, Any]]:
    from fastf1.ergast import Ergast

    ergast = Ergast(result_type="raw", auto_cast=False, limit=ROWS_A_PAGE)
    ask: Callable[..., ErgastRawResponse] = {
        "race": ergast.get_race_results,
        "qualifying": ergast.get_qualifying_results,
        "sprint": ergast.get_sprint_results,
    }[kind]
    page = _asked(lambda: ask(season=year, round=round_number))
    races = list(page)
    total = page.total_results
    while page and _row_count(races, kind) < total:
        try:
            page = _asked(page.get_next_result_page)
        except ValueError:  # that was the last one
            break
        races += page
    if _row_count(races, kind) < total:
        raise SourceUnavailable(
            f"jolpica sent {_row_count(races, kind)} of {total} {kind} results of {year}: try again later"
        )
    return races


def _asked(ask: "Callable[[], ErgastRawResponse]") -> "ErgastRawResponse":
    """What jolpica answers; asked again while it is busy. Raises RateLimited, SourceUnavailable."""

    def once() -> "ErgastRawResponse":
        from fastf1.exceptions import ErgastInvalidRequestError, ErgastJsonError
        from requests.exceptions import ReadTimeout

        try:
            with fastf1_errors():
                try:
                    return ask()
                except ReadTimeout:
                    raise Busy("jolpica does not answer in time", HTTPStatus.GATEWAY_TIMEOUT) from None
        except ErgastJsonError:
            raise Busy("jolpica's answer is cut off", HTTPStatus.BAD_GATEWAY) from None
        except ErgastInvalidRequestError as error:
            reason = _reason(error)
            if reason in BUSY:
                raise Busy(f"jolpica answers {BUSY[reason].value} {reason}", BUSY[reason]) from None
            if reason == NOT_CACHED:
                raise SourceUnavailable(
                    "jolpica's results are not in the FastF1 cache, and FASTF1_OFFLINE is set"
                ) from None
            raise SourceUnavailable(f"jolpica refuses to tell the results ({reason})") from None

    return patiently(once)


def _reason(error: Exception) -> str:
    match = re.search(r"Server response: '(.*)'", str(error))
    return match[1] if match else "no reason given"


def _row_count(races: list[dict[str, Any]], kind: str) -> int:
    return sum(len(race[LIST_OF_KIND[kind]]) for race in races)
