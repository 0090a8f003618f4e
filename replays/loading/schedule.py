"""From what somebody asked for (`2025 "Australian Grand Prix" R`) to an event and a session of FastF1's schedule.

Nothing is guessed: a name that fits no event, or several, is an error that says which there are. (FastF1's own
search finds an event for any text.) For commands and workers: this imports FastF1.
"""

import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from replays.loading.errors import (
    AmbiguousEvent,
    LoadingError,
    NothingHeldYet,
    RateLimited,
    SourceUnavailable,
    UnknownEvent,
    UnknownRound,
    UnknownSeason,
    UnknownSession,
)
from replays.loading.event_names import EventNames, find_by_name, nearest_names
from replays.loading.retrying import BUSY_STATUSES, Busy, patiently
from seasons.keys import SESSION_KINDS
from seasons.publication import PublicationState, expected_end, state_at
from seasons.records import EventRecord, SessionRecord

if TYPE_CHECKING:
    from fastf1.events import Event, EventSchedule

LATEST = "latest"
FIRST_SEASON = 1950
FIRST_SEASON_WITH_TIMING = 2018
FIRST_SEASON_WITH_QUALIFYING = 1994
"""Of earlier ones jolpica knows the race and its grid alone."""

JOLPICA_REFUSED = r"Request returned: (\d+)"
"""What FastF1 warns of where jolpica gives no calendar."""

SESSION_SLOTS = range(1, 6)
"""A FastF1 event has room for five sessions, `Session1` to `Session5`."""

KIND_OF_CODE: dict[str, str] = {
    "FP1": "practice-1",
    "FP2": "practice-2",
    "FP3": "practice-3",
    "Q": "qualifying",
    "SQ": "sprint-qualifying",
    "SS": "sprint-qualifying",
    "S": "sprint",
    "R": "race",
}
CODE_OF_KIND = {kind: code for code, kind in KIND_OF_CODE.items() if code != "SS"}
KIND_OF_NAME: dict[str, str] = {name.casefold(): kind for kind, name in SESSION_KINDS.items()} | {
    "sprint shootout": "sprint-qualifying",  # what sprint qualifying was called in 2023
    "day 1": "practice-1",  # what F1 calls the days of a test since 2025
    "day 2": "practice-2",
    "day 3": "practice-3",
}
YEARS_OF_SPRINT_AS_QUALIFYING = (2021, 2022)
"""The sprint itself was called Sprint Qualifying when it was new."""


@dataclass(frozen=True, slots=True)
class ScheduledSession:
    """A session as the schedule has it; `name` is what FastF1's `event.get_session` takes. `start` is UTC."""

    kind: str
    name: str
    start: datetime | None
    utc_offset_s: int | None


def season_year(wanted: str, now: datetime) -> int:
    """The year `wanted` says; `latest` is that of the newest season of which a session has ended at `now` (UTC).

    Raises UnknownSeason.
    """
    if wanted.strip().casefold() != LATEST:
        text = wanted.strip()
        if text.isascii() and text.isdigit() and FIRST_SEASON <= int(text) <= now.year + 1:
            return int(text)
        raise UnknownSeason(wanted, FIRST_SEASON, now.year + 1)
    try:
        latest_event(now.year, now)
    except (NothingHeldYet, UnknownSeason):
        return now.year - 1
    return now.year


def season_events(year: int, *, testing: bool = True) -> list["Event"]:
    """The events of a season in the order of its calendar.

    Raises UnknownSeason for one without a calendar, RateLimited, SourceUnavailable.
    """
    schedule = patiently(partial(_asked_schedule, year, testing))
    if schedule.empty:
        raise UnknownSeason(str(year), FIRST_SEASON, datetime.now(UTC).year)
    return [_as_fastf1_has_it(event) for _, event in schedule.iterrows()]


def _as_fastf1_has_it(event: "Event") -> "Event":
    """The event as FastF1's own schedule has it, where FastF1 fell back on F1's, and finds nothing by what that says.

    There the days of a test are Day 1 to 3, and FastF1 dates the event by UTC: a night race would be of the next day.
    """
    import pandas as pd

    for slot in SESSION_SLOTS:
        kind = KIND_OF_NAME.get(str(event[f"Session{slot}"] or "").casefold())
        if kind is not None and event.is_testing():
            event[f"Session{slot}"] = SESSION_KINDS[kind]
    dates = [(event[f"Session{slot}Date"], event[f"Session{slot}DateUtc"]) for slot in SESSION_SLOTS]
    known = [(local, utc) for local, utc in dates if not pd.isna(local) and not pd.isna(utc)]
    if known:
        local, utc = known[-1]
        if event.EventDate.date() == utc.date():
            event["EventDate"] = pd.Timestamp(local.date())
    return event


def _asked_schedule(year: int, testing: bool) -> "EventSchedule":
    """FastF1's schedule of `year`. Raises Busy, RateLimited, SourceUnavailable."""
    import fastf1
    from fastf1.exceptions import RateLimitExceededError

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")  # FastF1 warns of each source it tried in vain
        try:
            return fastf1.get_event_schedule(year, include_testing=testing)
        except RateLimitExceededError as error:
            raise RateLimited(str(error)) from None
        except ValueError:
            pass
    refusals = [match for warning in told if (match := re.fullmatch(JOLPICA_REFUSED, str(warning.message)))]
    status = int(refusals[-1][1]) if refusals else None
    if status in BUSY_STATUSES and status != HTTPStatus.GATEWAY_TIMEOUT:  # which the cache says, offline
        raise Busy(f"jolpica answers {status} for the calendar of {year}", status)
    raise SourceUnavailable(
        f"the calendar of {year} cannot be had: it is not in the FastF1 cache, and none of FastF1's sources "
        "answers; check the network, and that FASTF1_OFFLINE is not set"
    )


def find_event(year: int, wanted: str, *, now: datetime) -> "Event":
    """The event of `year` that `wanted` names: its name, place or country, its round number, or `latest`.

    Upper and lower case, accents and the words Grand Prix do not matter. A place or country counts only where
    one event has it. `latest` is the newest with a session that has ended at `now`. Raises UnknownEvent,
    UnknownRound, AmbiguousEvent, NothingHeldYet, and what `season_events` raises.
    """
    text = wanted.strip()
    if text.casefold() == LATEST:
        return latest_event(year, now)
    events = season_events(year)
    if text.isascii() and text.isdigit():
        return _event_of_round(year, int(text), events)
    names = [names_of(event, events) for event in events]
    found = find_by_name(text, names)
    if len(found) > 1:
        raise AmbiguousEvent(year, wanted, [names[i].name for i in found])
    if not found:
        held_in = [other for other in (year - 1, year + 1) if _is_in_calendar(other, text)]
        raise UnknownEvent(year, wanted, nearest_names(text, names), held_in)
    return events[found[0]]


def latest_event(year: int, now: datetime) -> "Event":
    """The newest event of `year` with a session that has ended at `now`. Raises NothingHeldYet."""
    begun = []
    for event in season_events(year):
        ends = [expected_end(session_record(event, session.kind)) for session in sessions_of(event)]
        begun += [(max(end for end in ends if end <= now), event)] if any(end <= now for end in ends) else []
    if not begun:
        raise NothingHeldYet(year)
    return max(begun, key=lambda item: item[0])[1]


def sessions_of(event: "Event") -> list[ScheduledSession]:
    """The sessions of `event` in the order of its weekend; before 2018 those that have results.

    FastF1 gives every weekend of those years the five sessions of a modern one.
    """
    sessions = []
    for slot in SESSION_SLOTS:
        name = str(event[f"Session{slot}"] or "")
        kind = KIND_OF_NAME.get(name.casefold())
        if kind is None:  # an empty slot is "", None or the text "None"
            continue
        if event.year < FIRST_SEASON_WITH_TIMING and kind not in _kinds_before_timing(event.year):
            continue
        if kind == "sprint-qualifying" and event.year in YEARS_OF_SPRINT_AS_QUALIFYING:
            kind = "sprint"
        local, utc = event[f"Session{slot}Date"], event[f"Session{slot}DateUtc"]
        sessions.append(ScheduledSession(kind, name, _instant(local, utc), _utc_offset_s(local)))
    return sessions


def session_kind(event: "Event", wanted: str) -> str:
    """The kind of the session of `event` that `wanted` names: `FP1` ... `R`, a full name, or a kind.

    Raises UnknownSession, also for a session other weekends have.
    """
    kind = kind_of(wanted)
    if kind == "sprint-qualifying" and event.year in YEARS_OF_SPRINT_AS_QUALIFYING:
        kind = "sprint"
    sessions = sessions_of(event)
    if kind not in [session.kind for session in sessions]:
        had = [f"{CODE_OF_KIND[session.kind]} ({session.name})" for session in sessions]
        raise UnknownSession(f"{event.year} {event_name(event)}", wanted, had)
    return kind


def kind_of(wanted: str) -> str | None:
    """The kind a code, a name or a kind stands for, whether or not an event has such a session."""
    text = wanted.strip()
    return KIND_OF_CODE.get(text.upper()) or KIND_OF_NAME.get(text.casefold().replace("-", " "))


def scheduled_session(event: "Event", kind: str) -> ScheduledSession:
    """The session of that kind. Raises UnknownSession."""
    kind = session_kind(event, kind)
    return next(session for session in sessions_of(event) if session.kind == kind)


def event_name(event: "Event") -> str:
    """The event's name, numbered where a season has two tests of one name (2026 has)."""
    if not event.is_testing():
        return str(event.EventName)
    return names_of(event, season_events(event.year)).name


def event_record(event: "Event") -> EventRecord:
    """The event as the catalogue takes it. Its circuit is unknown: schedules do not tell it."""
    day = event.EventDate
    return EventRecord(
        year=int(event.year),
        name=event_name(event),
        official_name=str(event.OfficialEventName or "").strip(),
        location=str(event.Location or ""),
        country=str(event.Country or ""),
        date=datetime(day.year, day.month, day.day, tzinfo=UTC),
        round_number=int(event.RoundNumber) or None,
        is_testing=bool(event.is_testing()),
    )


def session_record(event: "Event", kind: str) -> SessionRecord:
    """The session of that kind as the catalogue takes it. Raises UnknownSession."""
    session = scheduled_session(event, kind)
    return SessionRecord(
        event=event_record(event),
        kind=session.kind,
        name=session.name,
        start=session.start,
        utc_offset_s=session.utc_offset_s,
    )


def session_state(event: "Event", kind: str, now: datetime) -> PublicationState:
    """Whether the session is `scheduled`, `pending` (running, or over but not published) or `available` at `now`.

    Schedules leave cancelled events out instead of marking them; `seasons.catalogue.import_calendar` sees that.
    """
    return state_at(session_record(event, kind), now)


def has_timing(event: "Event") -> bool:
    """Whether F1's timing archive has the event. It begins in 2018 and lacks some tests."""
    return bool(event.F1ApiSupport)


def has_results_alone(event: "Event") -> bool:
    """Whether results are all there is: a race weekend that F1's timing archive lacks, as all before 2018."""
    return not has_timing(event) and not event.is_testing()


def names_of(event: "Event", season: list["Event"]) -> EventNames:
    """What `event` may be called, among the events of its season."""
    name = str(event.EventName)
    namesakes = [other for other in season if other.EventName == name]
    if len(namesakes) > 1:
        number = 1 + sum(other.EventDate < event.EventDate for other in namesakes)
        name = f"{name} {number}"
    return EventNames(
        name=name,
        official_name=str(event.OfficialEventName or ""),
        location=str(event.Location or ""),
        country=str(event.Country or ""),
        is_testing=bool(event.is_testing()),
    )


def _is_in_calendar(year: int, wanted: str) -> bool:
    """Whether that season has an event `wanted` names; False also where its calendar cannot be had."""
    try:
        events = season_events(year)
    except LoadingError:
        return False
    return bool(find_by_name(wanted, [names_of(event, events) for event in events]))


def _kinds_before_timing(year: int) -> tuple[str, ...]:
    return ("qualifying", "race") if year >= FIRST_SEASON_WITH_QUALIFYING else ("race",)


def _event_of_round(year: int, wanted: int, events: list["Event"]) -> "Event":
    rounds = {int(event.RoundNumber): event for event in events if not event.is_testing()}
    if wanted not in rounds:
        raise UnknownRound(year, wanted, max(rounds, default=0))
    return rounds[wanted]


def _instant(local: Any, utc: Any) -> datetime | None:
    """The start as an aware datetime.

    Where FastF1 falls back on jolpica there are no local times, and all but that of the race are made up, at
    midnight: those are unknown.
    """
    import pandas as pd

    if pd.isna(utc) or (pd.isna(local) and utc == utc.normalize()):
        return None
    instant: datetime = utc.to_pydatetime().replace(tzinfo=UTC)
    return instant


def _utc_offset_s(local: Any) -> int | None:
    import pandas as pd

    if pd.isna(local):
        return None
    return round(local.utcoffset().total_seconds())
