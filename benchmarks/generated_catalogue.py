"""A season that never was, to measure lists with: 24 races of 20 cars and 50 laps, 1,000 laps each."""

from datetime import UTC, date, datetime, timedelta

from seasons.models import Driver, Entry, Event, Lap, Result, Season, Session, Team
from seasons.stamps import one_touch, touch_session, touch_shared

RACES = 24
CARS = 20
LAPS = 50
YEAR = 2031


def generate_catalogue() -> None:
    with one_touch():
        season = Season.objects.create(year=YEAR, key=str(YEAR))
        teams = [Team.objects.create(key=f"generated-team-{n}", name=f"Generated Team {n}") for n in range(CARS // 2)]
        drivers = [
            Driver.objects.create(
                key=f"generated-driver-{n}", full_name=f"Generated Driver {n}", last_name=f"Driver {n}"
            )
            for n in range(CARS)
        ]
        for race in range(RACES):
            _generate_race(season, race, drivers, teams)
        touch_shared()


def _generate_race(season: Season, race: int, drivers: list[Driver], teams: list[Team]) -> None:
    day = date(YEAR, 3, 2) + timedelta(weeks=race)
    event = Event.objects.create(
        season=season,
        key=f"{YEAR}-generated-{race}",
        name=f"Generated Grand Prix {race}",
        date=day,
        round_number=race + 1,
    )
    start = datetime(day.year, day.month, day.day, 14, tzinfo=UTC)
    session = Session.objects.create(
        event=event,
        kind="race",
        key=f"{event.key}-race",
        name="Race",
        start=start,
        state="available",
        source_kind="demo",
        imported_at=start + timedelta(hours=3),
    )
    entries = Entry.objects.bulk_create(
        Entry(
            session=session,
            driver=drivers[n],
            team=teams[n // 2],
            team_name=teams[n // 2].name,
            number=str(n + 1),
            code=f"D{n:02}",
            key=f"{session.key}-{n + 1}",
        )
        for n in range(CARS)
    )
    Result.objects.bulk_create(
        Result(session=session, entry=entry, position=n + 1, classified=str(n + 1), grid=n + 1, points=0, laps=LAPS)
        for n, entry in enumerate(entries)
    )
    Lap.objects.bulk_create(
        _lap(session, entry, n, number) for n, entry in enumerate(entries) for number in range(1, LAPS + 1)
    )
    touch_session(session.pk)


def _lap(session: Session, entry: Entry, car: int, number: int) -> Lap:
    lap_ms = 90_000 + 37 * car + 11 * number
    return Lap(
        session=session,
        entry=entry,
        lap_number=number,
        start_ms=3_600_000 + (number - 1) * lap_ms,
        end_ms=3_600_000 + number * lap_ms,
        lap_time_ms=lap_ms,
        sector_1_ms=30_000,
        sector_2_ms=30_000,
        sector_3_ms=lap_ms - 60_000,
        speed_i1_kmh=280.0,
        speed_st_kmh=310.0,
        compound="MEDIUM" if number < 25 else "HARD",
        tyre_life=number if number < 25 else number - 24,
        fresh_tyre=True,
        stint=1 if number < 25 else 2,
        position=car + 1,
        accurate=True,
    )
