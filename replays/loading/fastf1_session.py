"""A session by FastF1's public loader, as SessionData. For commands and workers: this imports FastF1."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replays.loading import fastf1_tables, raw_feeds, telemetry
from replays.loading.errors import (
    AccountRequired,
    LoadingError,
    NotPublishedYet,
    RateLimited,
    SourceUnavailable,
)
from replays.loading.session_data import Provenance, SessionData
from seasons.keys import RACE_KINDS
from seasons.records import CircuitRecord, EntryRecord, SessionRecord

if TYPE_CHECKING:
    import fastf1.core
    from fastf1.livetiming.data import LiveTimingData

HOSTS = ("https://livetiming.formula1.com", "https://livetiming-mirror.fastf1.dev")
"""Where FastF1 asks for feeds, in its order; a request made here is answered from the same cache."""

OK, UNAUTHORISED, FORBIDDEN, NOT_CACHED = 200, 401, 403, 504
DM_PER_M = 10

Say = Callable[[str], None]


def load_session(session: "fastf1.core.Session", record: SessionRecord, say: Say) -> SessionData:
    """Everything FastF1 has of `session`, downloading what its cache does not hold.

    `say` is told each step. Raises LoadingError (one line, what is wrong and what to do): the session is not
    published, no account, a rate limit, no network, a damaged feed, nothing to replay.
    """
    say("reading the feeds")
    feeds, missing = fetch_feeds(session.api_path)
    if not {"TimingData", "Position.z"} & feeds.keys():
        raise nothing_to_replay(record, missing)
    say("loading by FastF1")
    _load(session)
    return session_data(session, record, feeds, kind="fastf1", problems=_absent(missing))


def fetch_feeds(api_path: str) -> tuple[dict[str, raw_feeds.RawFeed], dict[str, int]]:
    """The feeds of a session that are there, and the HTTP status of those that are not.

    Raises CorruptFeed for a damaged one, SourceUnavailable where there is no network.
    """
    from fastf1.req import Cache
    from requests.exceptions import RequestException

    feeds: dict[str, raw_feeds.RawFeed] = {}
    missing: dict[str, int] = {}
    for name in raw_feeds.FEEDS:
        urls = [f"{host}{api_path}{name}.jsonStream" for host in HOSTS]
        try:
            response = Cache.requests_get(urls)
        except RequestException as error:
            raise SourceUnavailable(f"the F1 archive cannot be reached ({type(error).__name__})") from None
        if response.status_code != OK:
            missing[name] = response.status_code
            continue
        try:
            feed = raw_feeds.parse_stream(name, response.content)
        except LoadingError:
            for url in urls:
                Cache.delete_response(url)  # so that the next try asks again
            raise
        if feed.messages:
            feeds[name] = feed
        else:
            missing[name] = OK
    return feeds, missing


def nothing_to_replay(record: SessionRecord, missing: dict[str, int]) -> LoadingError:
    """Why neither timing nor positions are there, as one line that says what to do."""
    name = f"{record.event.year} {record.event.name} {record.name}"
    statuses = set(missing.values())
    if statuses & {UNAUTHORISED, FORBIDDEN}:
        return AccountRequired(name)
    if NOT_CACHED in statuses:
        return SourceUnavailable(f"{name} is not in the FastF1 cache, and FASTF1_OFFLINE forbids to download it")
    if statuses == {OK}:
        return LoadingError(f"{name}: the session is empty, its feeds hold no message")
    return NotPublishedYet(name)


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
    laps = () if laps_table is None else fastf1_tables.lap_records(laps_table)
    positions, cars = _probe(session, "pos_data", found) or {}, _probe(session, "car_data", found) or {}
    entries = _entries(() if results is None else fastf1_tables.entry_records(results), {lap.number for lap in laps})
    numbers = [entry.number for entry in entries]
    position_feed = telemetry.position_feed(positions, numbers)
    car_feed = telemetry.car_feed(cars, numbers)
    if not entries or (not laps and position_feed is None):
        raise LoadingError(
            f"{record.event.year} {record.event.name} {record.name}: the session is empty, "
            "there are neither laps nor positions to replay"
        )
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
        session=record,
        entries=entries,
        provenance=Provenance(kind, fastf1.__version__, tuple(sorted(feeds)), tuple(found)),
        positions=position_feed,
        cars=car_feed,
        laps=tuple(lap for lap in laps if lap.number in set(numbers)),
        track_status=_records(fastf1_tables.track_status_records, tables["track_status"]),
        session_status=_records(fastf1_tables.session_status_records, tables["session_status"]),
        weather=_records(fastf1_tables.weather_records, tables["weather_data"]),
        race_control=(
            ()
            if tables["race_control_messages"] is None
            else fastf1_tables.race_control_records(tables["race_control_messages"], t0_utc_ms)
        ),
        car_flags=raw_feeds.car_flags(feeds["TimingData"].messages) if "TimingData" in feeds else (),
        circuit=circuit_record(session),
        start_ms=None if start is None or start != start else round(start.total_seconds() * 1000),
        total_laps=None if total_laps is None or total_laps != total_laps else int(total_laps),
        t0_utc_ms=t0_utc_ms,
    )


def circuit_record(session: "fastf1.core.Session") -> CircuitRecord | None:
    """The circuit's drawing from FastF1's circuit source; None where that has none or cannot be reached.

    FastF1's own `get_circuit_info()` wants telemetry and drops the outline.
    """
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
    except (*_not_loaded(), RequestException, AttributeError, KeyError, TypeError, ValueError):  # AttributeError: FastF1's, offline
        return None


def forget_parsed(session: "fastf1.core.Session", cache_dir: Path) -> None:
    """Remove what FastF1 parsed of this session, so that it parses the feeds anew."""
    shutil.rmtree(cache_dir / session.api_path.removeprefix("/static/").strip("/"), ignore_errors=True)


def _load(session: "fastf1.core.Session", livedata: "LiveTimingData | None" = None) -> None:
    from fastf1.exceptions import FastF1CriticalError, RateLimitExceededError
    from requests.exceptions import RequestException

    try:
        session.load(livedata=livedata)
    except RateLimitExceededError as error:
        raise RateLimited(str(error)) from None
    except RequestException as error:
        raise SourceUnavailable(f"a source of FastF1 cannot be reached ({type(error).__name__})") from None
    except FastF1CriticalError as error:
        raise LoadingError(f"FastF1 cannot load the session: {error}") from None


def _not_loaded() -> tuple[type[Exception], ...]:
    from fastf1.exceptions import DataNotLoadedError

    return (DataNotLoadedError,)


def _probe(session: "fastf1.core.Session", name: str, problems: list[str]) -> Any:
    """A dataset of the session, or None with a note in `problems` where FastF1 did not load it."""
    try:
        return getattr(session, name)
    except _not_loaded():
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


def _absent(missing: dict[str, int]) -> tuple[str, ...]:
    return tuple(f"no {name}" for name in missing)
