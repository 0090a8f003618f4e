"""A small race that takes milliseconds to build: cars on a circle, and what the feeds would say of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import numpy as np

from replays.artefact.manifest import MANIFEST, pack
from replays.artefact.model import SCHEMA_VERSION
from replays.build.assemble import build_replay
from replays.loading.session_data import CarFeed, PositionFeed, Provenance, SessionData
from replays.models import Replay, ReplayState
from replays.models.replay import PUBLIC_ID_LENGTH
from replays.storage import write_artefact
from seasons.catalogue import find_session, import_session
from seasons.records import (
    EntryRecord,
    EventRecord,
    LapRecord,
    RaceControlRecord,
    SessionRecord,
    SessionStatusRecord,
    TrackStatusRecord,
    WeatherRecord,
)

FIRST_SAMPLE_MS = 90_000
LIGHTS_OUT_MS = 95_000
LAP_MS = 17_500
"""Of the first car; each next one takes LATER_CAR_MS longer."""
LATER_CAR_MS = 150
GRID_STEP_LAPS = 0.008
RADIUS_M = 170.0
POSITION_STEP_MS = 120
CAR_STEP_MS = 200
CAR_CLOCK_OFFSET_MS = 37

CIRCLE_ROUND = 7
CIRCLE = EventRecord(
    year=2025,
    name="Circle Grand Prix",
    official_name="",
    location="Roundabout",
    country="Nowhere",
    date=datetime(2025, 6, 1, tzinfo=UTC),
    round_number=CIRCLE_ROUND,
    circuit_name="The Circle",
)


def synthetic_session(
    *, car_count: int = 3, duration_s: int = 60, event: EventRecord = CIRCLE, positions: bool = True
) -> SessionData:
    """A race on a circle of 170 m radius: constant speeds, one yellow, one message of race control.

    The feeds run from FIRST_SAMPLE_MS for `duration_s`; the cars stand behind the line until LIGHTS_OUT_MS.
    """
    end_ms = FIRST_SAMPLE_MS + duration_s * 1000
    laps = tuple(lap for car in range(car_count) for lap in _laps(car, end_ms))
    return SessionData(
        session=SessionRecord(event, "race", "Race", event.date.replace(hour=13), 0),
        entries=tuple(_entry(car) for car in range(car_count)),
        provenance=Provenance("fastf1", "3.9.0", ("TimingData", "Position.z", "CarData.z")),
        positions=_positions(car_count, end_ms) if positions else None,
        cars=_cars(car_count, end_ms),
        laps=laps,
        track_status=(
            TrackStatusRecord(0, "1"),
            TrackStatusRecord(LIGHTS_OUT_MS + 20_000, "2"),
            TrackStatusRecord(LIGHTS_OUT_MS + 25_000, "1"),
        ),
        session_status=(SessionStatusRecord(LIGHTS_OUT_MS, "Started"),),
        race_control=(
            RaceControlRecord(
                t_ms=LIGHTS_OUT_MS + 20_000,
                utc=event.date,
                category="Flag",
                message="YELLOW IN TRACK SECTOR 2",
                flag="YELLOW",
                scope="Sector",
                sector=2,
            ),
        ),
        weather=(WeatherRecord(FIRST_SAMPLE_MS, 21.5, 33.0, 40.0, 1012.0, False, 180, 1.5),),
        start_ms=LIGHTS_OUT_MS,
        total_laps=max((lap.lap_number for lap in laps), default=0),
    )


def stored_replay(data: SessionData | None = None, *, state: str = ReplayState.READY) -> Replay:
    """The replay of `data` (default: `synthetic_session()`), built, stored in the storage of replays, with its rows.

    Needs the database and the fixture `replay_storage`. One session has one ready replay: to replace it, set the
    old one's state first, and build from data that differ.
    """
    data = data or synthetic_session()
    import_session(
        data.session, data.entries, source=data.provenance.kind, fastf1_version=data.provenance.fastf1_version
    )
    session = find_session(data.session)
    assert session is not None
    built = build_replay(data)
    files = pack(built)
    public_id = sha256(files[MANIFEST]).hexdigest()[:PUBLIC_ID_LENGTH]
    write_artefact(public_id, files)
    return Replay.objects.create(
        public_id=public_id,
        session=session,
        state=state,
        schema_version=SCHEMA_VERSION,
        source_sha256=built.header["source"]["sha256"],
        t_start_ms=built.t_start_ms,
        t_end_ms=built.t_end_ms,
        lights_out_ms=built.header["lights_out_ms"],
        laps=built.header["laps"],
        car_count=len(built.cars),
        capabilities=built.header["capabilities"],
        quality=built.header["quality"],
        bytes=sum(map(len, files.values())),
        build_seconds=0.1,
    )


def circle_event(number: int) -> EventRecord:
    """Another event, a later one, on a circle like it, for tests that need several sessions."""
    return replace(
        CIRCLE,
        name=f"Circle {number} Grand Prix",
        location=f"Roundabout {number}",
        date=CIRCLE.date + timedelta(weeks=number),
        round_number=CIRCLE_ROUND + number,
        circuit_name=f"Circle {number}",
    )


def lap_ms(car: int) -> int:
    return LAP_MS + car * LATER_CAR_MS


def true_progress(car: int, t_ms: np.ndarray) -> np.ndarray:
    """Laps since the line; negative on the grid."""
    return np.maximum(t_ms - LIGHTS_OUT_MS, 0) / lap_ms(car) - (car + 1) * GRID_STEP_LAPS


def true_xy_m(car: int, t_ms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    angle = 2 * np.pi * true_progress(car, t_ms)
    return RADIUS_M * np.cos(angle), RADIUS_M * np.sin(angle)


def _entry(car: int) -> EntryRecord:
    return EntryRecord(
        number=str(car + 1),
        code=f"C{car + 1:02d}",
        first_name="Car",
        last_name=f"Number {car + 1}",
        full_name=f"Car Number {car + 1}",
        driver_ref=f"car_{car + 1}",
        team=f"Team {car // 2 + 1}",
        team_ref=f"team_{car // 2 + 1}",
        colour=f"#{40 + 10 * car:02x}8060",
        grid=car + 1,
        position=car + 1,
        classified=str(car + 1),
        status="Finished",
    )


def _laps(car: int, end_ms: int) -> list[LapRecord]:
    laps: list[LapRecord] = []
    start_ms, number = LIGHTS_OUT_MS, 1
    while True:
        line_ms = LIGHTS_OUT_MS + round((number + (car + 1) * GRID_STEP_LAPS) * lap_ms(car))
        if line_ms > end_ms:
            return laps
        laps.append(_lap(car, number, start_ms, line_ms))
        start_ms, number = line_ms, number + 1


def _lap(car: int, number: int, start_ms: int, line_ms: int) -> LapRecord:
    third = (line_ms - start_ms) // 3
    return LapRecord(
        number=str(car + 1),
        lap_number=number,
        start_ms=start_ms,
        end_ms=line_ms,
        lap_time_ms=line_ms - start_ms,
        sector_ms=(third, third, line_ms - start_ms - 2 * third),
        sector_end_ms=(start_ms + third, start_ms + 2 * third, line_ms),
        compound="MEDIUM",
        tyre_life=number,
        fresh_tyre=True,
        stint=1,
        pit_in_ms=None,
        pit_out_ms=None,
        position=car + 1,
        deleted=False,
        deleted_reason="",
        accurate=number > 1,
        generated=False,
        personal_best=False,
    )


def _positions(car_count: int, end_ms: int) -> PositionFeed:
    t_ms = np.arange(FIRST_SAMPLE_MS, end_ms + 1, POSITION_STEP_MS, dtype=np.int64)
    xy_m = np.array([true_xy_m(car, t_ms) for car in range(car_count)])
    x_dm, y_dm = np.round(xy_m * 10).astype(np.int32).transpose(1, 2, 0)
    return PositionFeed(t_ms, x_dm, y_dm)


def _cars(car_count: int, end_ms: int) -> CarFeed:
    t_ms = np.arange(FIRST_SAMPLE_MS + CAR_CLOCK_OFFSET_MS, end_ms + 1, CAR_STEP_MS, dtype=np.int64)
    racing = np.broadcast_to((t_ms >= LIGHTS_OUT_MS)[:, None], (t_ms.size, car_count))
    top_kmh = np.array([2 * np.pi * RADIUS_M / lap_ms(car) * 3600 for car in range(car_count)]).round()

    def column(moving: float | np.ndarray, standing: int) -> np.ndarray:
        return np.where(racing, moving, standing).astype(np.int32)

    return CarFeed(
        t_ms,
        speed_kmh=column(top_kmh, 0),
        throttle_percent=column(80, 0),
        brake_percent=column(0, 100),
        gear=column(7, 1),
        rpm=column(10_500, 4_000),
        drs=column(1, 0),
    )
