"""A session by FastF1's public loader, as SessionData. For commands and workers: this imports FastF1."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replays.loading import fastf1_tables, raw_feeds, telemetry
from replays.loading.errors import (
    AccountRequired,
    LoadingError,
    NotInArchive,
    NotPublishedYet,
    SourceUnavailable,
)
from replays.loading.fastf1_errors import fastf1_errors, load_by_fastf1
from replays.loading.lap_ends import with_official_gaps
from replays.loading.retrying import Busy, patiently, retry_after_s
from replays.loading.sector_ends import with_aligned_sectors
from replays.loading.session_data import Provenance, SessionData
from seasons.keys import RACE_KINDS
from seasons.publication import expected_end
from seasons.records import CircuitRecord, EntryRecord, SessionRecord

if TYPE_CHECKING:
    import fastf1.core
    import requests

HOSTS = ("https://livetiming.formula1.com", "https://livetiming-mirror.fastf1.dev")
"""Where FastF1 asks for feeds, in its order; a request made here is answered from the same cache."""

LATE = timedelta(days=2)
"""What F1 has not published by then, it will not."""

OK, UNAUTHORISED, FORBIDDEN, TOO_MANY, SERVER_ERROR, NOT_CACHED = 200, 401, 403, 429, 500, 504
DM_PER_M = 10

Say = Callable[[str], None]


def load_session(
    session: "fastf1.core.Session", record: SessionRecord, say: Say, *, refresh: bool = False
) -> SessionData:
    """Everything FastF1 has of `session`, downloading what its cache does not hold.

    `refresh`: ask the archive whether the feeds in the cache are still its newest; needs the network. `say` is
    told each step. Raises LoadingError (one line, what is wrong and what to do): the session is not published, no
    account, a rate limit, no network, a damaged feed, nothing to replay.
    """
    say("reading the feeds")
    feeds, missing = fetch_feeds(session.api_path, refresh=refresh)
    if not {"TimingData", "Position.z"} & feeds.keys():
        raise nothing_to_replay(record, missing)
    say("loading by FastF1")
    load_by_fastf1(session)
    return session_data(session, record, feeds, kind="fastf1", problems=_absent(missing))


def fetch_feeds(api_path: str, *, refresh: bool = False) -> tuple[dict[str, raw_feeds.RawFeed], dict[str, int]]:
    """The feeds of a session that are there, and the HTTP status of those that are not.

    Raises CorruptFeed for a damaged one, SourceUnavailable where there is no network or the archive is in trouble,
    RateLimited.
    """
    from fastf1.req import Cache

    asked = {"refresh": True} if refresh else {}
    feeds: dict[str, raw_feeds.RawFeed] = {}
    missing: dict[str, int] = {}
    for name in raw_feeds.FEEDS:
        urls = [f"{host}{api_path}{name}.jsonStream" for host in HOSTS]
        response = patiently(partial(_answer, name, urls, asked))
        if response.status_code != OK:
            missing[name] = response.status_code
            continue
        try:
            feed = raw_feeds.parse_stream(name, response.content)
        except LoadingError:
            for url in urls:
                Cache.delete_response(url)  # so that the next try asks again; offline FastF1 keeps it
            raise
        if feed.messages:
            feeds[name] = feed
        else:
            missing[name] = OK
    return feeds, missing


def _answer(feed: str, urls: list[str], asked: dict[str, bool]) -> "requests.Response":
    """What the archive, or the cache, answers. Raises Busy, SourceUnavailable, RateLimited."""
    from fastf1.req import Cache

    with fastf1_errors():
        response = Cache.requests_get(urls, **asked)
    status = response.status_code
    if status == TOO_MANY or SERVER_ERROR <= status != NOT_CACHED:
        # Not the same as a feed that is not there: a replay without it would stay so.
        wait_s = retry_after_s(response.headers.get("Retry-After"))
        raise Busy(f"the F1 archive answers {status} for {feed}", status, wait_s)
    return response


def nothing_to_replay(record: SessionRecord, missing: dict[str, int]) -> LoadingError:
    """Why neither timing nor positions are there, as one line that says what to do."""
    name = title(record)
    statuses = {missing["TimingData"], missing["Position.z"]}
    if OK in statuses:
        return LoadingError(f"{name}: the session is empty, TimingData and Position.z hold no message")
    if statuses & {UNAUTHORISED, FORBIDDEN}:
        return AccountRequired(name)
    if NOT_CACHED in statuses:
        return SourceUnavailable(
            f"{name}: neither TimingData nor Position.z is in the FastF1 cache, and FASTF1_OFFLINE is set"
        )
    if expected_end(record) < datetime.now(UTC) - LATE:
        return NotInArchive(name)
    return NotPublishedYet(name)


def title(record: SessionRecord) -> str:
    """`2025 Australian Grand Prix Race`."""
    return f"{record.event.year} {record.event.name} {record.name}"


def session_data(
    session: "fastf1.core.Session",
    record: SessionRecord,
    feeds: dict[str, raw_feeds.RawFeed],
    *,
    kind: str,
    problems: tuple[str, ...] = (),
) -> SessionData:
    """The loaded `session` as arrays and records; what FastF1 could not load is left out and named."""
    import fastf1

    found = list(problems)
    results = _probe(session, "results", found)
    laps_table = _probe(session, "laps", found)
    timing = feeds["TimingData"].messages if "TimingData" in feeds else ()
    laps = () if laps_table is None else fastf1_tables.lap_records(laps_table)
    gaps = raw_feeds.leader_gaps(timing) if record.kind in RACE_KINDS else {}
    laps = with_aligned_sectors(with_official_gaps(laps, gaps))
    positions, cars = _probe(session, "pos_data", found) or {}, _probe(session, "car_data", found) or {}
    entries = _entries(() if results is None else fastf1_tables.entry_records(results), {lap.number for lap in laps})
    if record.kind in RACE_KINDS and "TimingAppData" in feeds:
        entries = _with_grid(entries, raw_feeds.grid_places(feeds["TimingAppData"].messages))
    numbers = [entry.number for entry in entries]
    known = set(numbers)
    position_feed = telemetry.position_feed(positions, numbers)
    car_feed = telemetry.car_feed(cars, numbers)
    if not entries or (position_feed is None and all(lap.end_ms is None for lap in laps)):
        raise LoadingError(f"{title(record)}: the session is empty, there are neither laps nor positions to replay")
    t0_date = _probe(session, "t0_date", found)
    t0_utc_ms = (
        raw_feeds.t0_utc_ms(feeds["RaceControlMessages"].messages if "RaceControlMessages" in feeds else ())
        if t0_date is None
        else round(t0_date.timestamp() * 1000)
    )
    tables = {
        name: _probe(session, name, found)
        for name in ("track_status", "session_status", "weather_data", "race_control_messages")
    }
    start = _probe(session, "session_start_time", found)
    total_laps = _probe(session, "total_laps", found) if record.kind in RACE_KINDS else None
    return SessionData(
        session=_with_circuit(session, record),
        entries=entries,
        provenance=Provenance(kind, fastf1.__version__, tuple(sorted(feeds)), tuple(found)),
        positions=position_feed,
        cars=car_feed,
        laps=tuple(lap for lap in laps if lap.number in known),
        track_status=_records(fastf1_tables.track_status_records, tables["track_status"]),
        session_status=_records(fastf1_tables.session_status_records, tables["session_status"]),
        weather=_records(fastf1_tables.weather_records, tables["weather_data"]),
        race_control=(
            ()
            if tables["race_control_messages"] is None
            else fastf1_tables.race_control_records(tables["race_control_messages"], t0_utc_ms)
        ),
        car_flags=raw_feeds.car_flags(timing),
        mini_sectors=tuple(one for one in raw_feeds.mini_sectors(timing) if one.number in known),
        circuit=circuit_record(session),
        start_ms=None if start is None or start != start else round(start.total_seconds() * 1000),
        total_laps=None if total_laps is None or total_laps != total_laps else int(total_laps),
        t0_utc_ms=t0_utc_ms,
    )


def circuit_record(session: "fastf1.core.Session") -> CircuitRecord | None:
    """The circuit's drawing from FastF1's circuit source; None where that has none or cannot be reached.

    FastF1's own `get_circuit_info()` wants telemetry and drops the outline.
    """
    from fastf1.exceptions import DataNotLoadedError
    from fastf1.mvapi.api import get_circuit
    from requests.exceptions import RequestException

    try:
        key = session.session_info["Meeting"]["Circuit"]["Key"]
        circuit = get_circuit(year=session.event.year, circuit_key=key)
        if not circuit:
            return None
        return CircuitRecord(
            x_m=tuple(x / DM_PER_M for x in circuit["x"]),
            y_m=tuple(y / DM_PER_M for y in circuit["y"]),
            rotation_deg=float(circuit.get("rotation") or 0.0),
            corners=tuple(
                (
                    f"{corner['number']}{corner.get('letter') or ''}",
                    corner["trackPosition"]["x"] / DM_PER_M,
                    corner["trackPosition"]["y"] / DM_PER_M,
                )
                for corner in circuit.get("corners", ())
            ),
        )
    except (DataNotLoadedError, RequestException, KeyError, TypeError, ValueError):
        return None
    except AttributeError:  # FastF1's own, offline
        return None


def forget_parsed(session: "fastf1.core.Session", cache_dir: Path) -> None:
    """Remove what FastF1 parsed of this session, so that it parses the feeds anew."""
    shutil.rmtree(cache_dir / session.api_path.removeprefix("/static/").strip("/"), ignore_errors=True)


def _probe(session: "fastf1.core.Session", name: str, problems: list[str]) -> Any:
    """A dataset of the session, or None with a note in `problems` where FastF1 did not load it."""
    from fastf1.exceptions import DataNotLoadedError

    try:
        return getattr(session, name)
    except DataNotLoadedError:
        problems.append(f"FastF1 has no {name}")
        return None


def _records(convert: Callable[[Any], tuple[Any, ...]], table: Any) -> tuple[Any, ...]:
    return () if table is None else convert(table)


def _entries(entries: tuple[EntryRecord, ...], with_laps: set[str]) -> tuple[EntryRecord, ...]:
    """Without the drivers of support races that leak into the driver list: in no result and without a lap.

    By car number, since FastF1's order is the result.
    """
    if any(entry.classified or entry.position for entry in entries):
        entries = tuple(e for e in entries if e.classified or e.position or e.number in with_laps)
    return tuple(sorted(entries, key=lambda entry: (len(entry.number), entry.number)))


def _with_grid(entries: tuple[EntryRecord, ...], places: dict[str, int]) -> tuple[EntryRecord, ...]:
    """With the timing feed's grid where the results know no place on the grid at all, as they do offline."""
    if any(entry.grid is not None for entry in entries):
        return entries
    return tuple(replace(entry, grid=places.get(entry.number)) for entry in entries)


def _with_circuit(session: "fastf1.core.Session", record: SessionRecord) -> SessionRecord:
    """With the circuit as the session's own feed names it: schedules do not tell it."""
    from fastf1.exceptions import DataNotLoadedError

    try:
        circuit = session.session_info["Meeting"]["Circuit"]
        key, name = int(circuit["Key"]), str(circuit["ShortName"]).strip()
    except (DataNotLoadedError, KeyError, TypeError, ValueError):
        return record
    if record.event.is_demo or record.event.circuit_name or not name:
        return record
    return replace(record, event=replace(record.event, circuit_key=key, circuit_name=name))


def _absent(missing: dict[str, int]) -> tuple[str, ...]:
    return tuple(f"no {name}" for name in missing)
