"""Records of a plausible season, for tests to change one thing of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from seasons.records import (
    EntryRecord,
    EventRecord,
    LapRecord,
    RaceControlRecord,
    SessionRecord,
    SessionRows,
    SessionStatusRecord,
    TrackStatusRecord,
    WeatherRecord,
)

MELBOURNE = EventRecord(
    year=2025,
    name="Australian Grand Prix",
    official_name="FORMULA 1 LOUIS VUITTON AUSTRALIAN GRAND PRIX 2025",
    location="Melbourne",
    country="Australia",
    date=datetime(2025, 3, 16, tzinfo=UTC),
    round_number=1,
)
SHANGHAI = EventRecord(
    year=2025,
    name="Chinese Grand Prix",
    official_name="FORMULA 1 HEINEKEN CHINESE GRAND PRIX 2025",
    location="Shanghai",
    country="China",
    date=datetime(2025, 3, 23, tzinfo=UTC),
    round_number=2,
)
RACE = SessionRecord(MELBOURNE, "race", "Race", datetime(2025, 3, 16, 4, tzinfo=UTC), 11 * 3600)

NORRIS = EntryRecord(
    number="4",
    code="NOR",
    first_name="Lando",
    last_name="Norris",
    full_name="Lando Norris",
    driver_ref="norris",
    team="McLaren",
    team_ref="mclaren",
    colour="#FF8000",
    country_code="GBR",
    grid=1,
    position=1,
    classified="1",
)
PIASTRI = replace(
    NORRIS,
    number="81",
    code="PIA",
    first_name="Oscar",
    last_name="Piastri",
    full_name="Oscar Piastri",
    driver_ref="piastri",
    country_code="AUS",
    position=9,
)
VERSTAPPEN = EntryRecord(
    number="1",
    code="VER",
    first_name="Max",
    last_name="Verstappen",
    full_name="Max Verstappen",
    driver_ref="max_verstappen",
    team="Red Bull Racing",
    team_ref="red_bull",
    colour="#3671c6",
    country_code="NED",
    position=2,
)
ENTRIES = (NORRIS, VERSTAPPEN, PIASTRI)


def weekend(event: EventRecord) -> list[SessionRecord]:
    """Qualifying and race, at 05:00 UTC of their days."""
    race = event.date + timedelta(hours=5)
    return [
        SessionRecord(event, "qualifying", "Qualifying", race - timedelta(days=1), 0),
        SessionRecord(event, "race", "Race", race, 0),
    ]


LIGHTS_OUT_MS = 3_600_000
LAP_TIME_MS = 90_000


def lap(number: str, lap_number: int, **changes: Any) -> LapRecord:
    """A lap of 90 s on the tyres of the start."""
    start_ms = LIGHTS_OUT_MS + (lap_number - 1) * LAP_TIME_MS
    plain = LapRecord(
        number=number,
        lap_number=lap_number,
        start_ms=start_ms,
        end_ms=start_ms + LAP_TIME_MS,
        lap_time_ms=LAP_TIME_MS,
        sector_ms=(30_000, 30_000, 30_000),
        sector_end_ms=(None, None, None),
        compound="MEDIUM",
        tyre_life=lap_number,
        fresh_tyre=True,
        stint=1,
        pit_in_ms=None,
        pit_out_ms=None,
        position=None,
        deleted=False,
        deleted_reason="",
        accurate=True,
        generated=False,
        personal_best=False,
        speeds_kmh=(300.5, 290.0, None, 320.0),
    )
    return replace(plain, **changes)


def laps(*numbers: str, count: int = 3) -> tuple[LapRecord, ...]:
    return tuple(lap(number, n) for number in numbers for n in range(1, count + 1))


ROWS = SessionRows(
    laps=laps("4", "1", "81"),
    track_status=(TrackStatusRecord(0, "1"), TrackStatusRecord(3_700_000, "4"), TrackStatusRecord(3_800_000, "1")),
    session_status=(SessionStatusRecord(LIGHTS_OUT_MS, "Started"), SessionStatusRecord(4_000_000, "Finished")),
    race_control=(
        RaceControlRecord(
            t_ms=3_700_000,
            utc=datetime(2025, 3, 16, 4, 2, tzinfo=UTC),
            category="SafetyCar",
            message="SAFETY CAR DEPLOYED",
        ),
    ),
    weather=(
        WeatherRecord(60_000, 21.5, 30.0, 55.0, 1010.1, False, 180, 2.5),
        WeatherRecord(120_000, 21.5, 30.0, 55.0, 1010.1, None, None, 2.5),
    ),
)
"""Three laps of each of ENTRIES, a safety car, its message, and two readings of the weather."""
