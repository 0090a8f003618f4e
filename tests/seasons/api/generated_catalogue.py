"""A small catalogue that was never driven: real names, generated numbers.

    2024-bahrain-grand-prix-race              available, imported
    2025-australian-grand-prix-practice-1     available, imported, HIDDEN
    2025-australian-grand-prix-qualifying     available, imported
    2025-australian-grand-prix-race           available, imported: the latest
    2025-sao-paulo-grand-prix-race            scheduled, nothing in it

Three cars in each session that was held. Oscar Piastri was in the hidden one alone.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from seasons.models import (
    Circuit,
    Driver,
    Entry,
    Event,
    Lap,
    PitStop,
    RaceControl,
    Result,
    Season,
    Session,
    SessionState,
    SessionStatus,
    SourceKind,
    Stint,
    Team,
    TrackStatus,
    Weather,
)
from seasons.stamps import one_touch, touch_session

MELBOURNE = "2025-australian-grand-prix"
SAO_PAULO = "2025-sao-paulo-grand-prix"
BAHRAIN_RACE = "2024-bahrain-grand-prix-race"
RACE = f"{MELBOURNE}-race"
QUALIFYING = f"{MELBOURNE}-qualifying"
HIDDEN = f"{MELBOURNE}-practice-1"
TO_COME = f"{SAO_PAULO}-race"
LAPS = 4
"""Of each car, in each session that was held."""


@one_touch()
def generate_catalogue() -> None:
    teams = {name: Team.objects.create(key=name.lower(), name=name) for name in ("McLaren", "Ferrari", "Sauber")}
    norris = _driver("lando-norris", "Lando", "Norris", "GBR")
    leclerc = _driver("charles-leclerc", "Charles", "Leclerc", "MON")
    hulkenberg = _driver("nico-hulkenberg", "Nico", "Hülkenberg", "")
    piastri = _driver("oscar-piastri", "Oscar", "Piastri", "AUS")
    field = [(norris, "4", "NOR", teams["McLaren"]), (leclerc, "16", "LEC", teams["Ferrari"])]
    regular = [*field, (hulkenberg, "27", "", teams["Sauber"])]
    tried = [*field, (piastri, "81", "PIA", teams["McLaren"])]

    bahrain = _event(2024, "Bahrain Grand Prix", "Sakhir", "Bahrain", date(2024, 3, 2), round_number=1)
    melbourne = _event(2025, "Australian Grand Prix", "Melbourne", "Australia", date(2025, 3, 16), round_number=1)
    sao_paulo = _event(2025, "São Paulo Grand Prix", "São Paulo", "Brazil", date(2025, 11, 9), round_number=21)

    _held(bahrain, "race", datetime(2024, 3, 2, 15, tzinfo=UTC), regular)
    _held(melbourne, "practice-1", datetime(2025, 3, 14, 1, 30, tzinfo=UTC), tried, published=False)
    _held(melbourne, "qualifying", datetime(2025, 3, 15, 5, tzinfo=UTC), regular)
    _held(melbourne, "race", datetime(2025, 3, 16, 4, tzinfo=UTC), regular)
    Session.objects.create(event=sao_paulo, kind="race", key=TO_COME, name="Race")


@one_touch()
def generate_seasons(first: int, count: int) -> None:
    """`count` years with one row of every kind in each."""
    for year in range(first, first + count):
        driver = _driver(f"driver-{year}", "Generated", f"Driver {year}", "GBR")
        team = Team.objects.create(key=f"team-{year}", name=f"Team {year}")
        event = _event(year, f"Grand Prix {year}", f"Town {year}", "Nowhere", date(year, 6, 1), round_number=1)
        _held(event, "race", datetime(year, 6, 1, 12, tzinfo=UTC), [(driver, "1", "DRI", team)], laps=1)


def more_laps(session_key: str, count: int) -> None:
    """Adds laps to the first car of the session."""
    entry = Entry.objects.filter(session__key=session_key).order_by("pk")[0]
    first = Lap.objects.filter(entry=entry).count() + 1
    Lap.objects.bulk_create(
        Lap(session_id=entry.session_id, entry=entry, lap_number=number, lap_time_ms=80_000 + number)
        for number in range(first, first + count)
    )
    touch_session(entry.session_id)


def _driver(key: str, first_name: str, last_name: str, country_code: str) -> Driver:
    names = {"first_name": first_name, "last_name": last_name, "full_name": f"{first_name} {last_name}"}
    return Driver.objects.create(key=key, country_code=country_code, **names)


def _event(year: int, name: str, location: str, country: str, day: date, *, round_number: int) -> Event:
    season, _ = Season.objects.get_or_create(year=year, defaults={"key": str(year)})
    place = {"location": location, "country": country}
    slug = location.lower().replace(" ", "-").replace("ã", "a")
    circuit = Circuit.objects.create(key=slug, name=location, **place)
    slug = name.lower().replace(" ", "-").replace("ã", "a")
    return Event.objects.create(
        key=f"{year}-{slug}",
        season=season,
        circuit=circuit,
        name=name,
        date=day,
        round_number=round_number,
        **place,
    )


def _held(
    event: Event, kind: str, start: datetime, cars: list[Any], *, published: bool = True, laps: int = LAPS
) -> None:
    session = Session.objects.create(
        event=event,
        kind=kind,
        key=f"{event.key}-{kind}",
        name=kind.replace("-", " ").title(),
        start=start,
        utc_offset_s=3600,
        state=SessionState.AVAILABLE,
        source_kind=SourceKind.FASTF1,
        imported_at=start + timedelta(days=1),
        published=published,
    )
    for place, (driver, number, code, team) in enumerate(cars, start=1):
        entry = Entry.objects.create(
            session=session,
            key=f"{session.key}-{number}",
            driver=driver,
            team=team,
            team_name=f"{team.name} Formula 1 Team",
            number=number,
            code=code,
            colour="#f47600",
        )
        _drive(session, entry, place, laps)
    _around(session, start)


def _drive(session: Session, entry: Entry, place: int, laps: int) -> None:
    """The third car has no time in its first lap, and no lap in the pit lane."""
    of_entry = {"session": session, "entry": entry}
    Result.objects.create(
        **of_entry,
        position=place if place < 3 else None,
        classified=str(place) if place < 3 else "R",
        grid=4 - place,
        status="Finished" if place < 3 else "+1 Lap",
        points=[25.0, 18.0, 0.0][min(place, 3) - 1],
        laps=laps,
        time_ms=5_000_000 + place if place < 3 else None,
        gap_ms=place - 1 if place == 2 else None,
        best_lap_ms=80_000 + place,
    )
    Lap.objects.bulk_create(
        Lap(
            **of_entry,
            lap_number=number,
            start_ms=3_600_000 + 81_000 * (number - 1),
            end_ms=3_600_000 + 81_000 * number,
            lap_time_ms=None if place == 3 and number == 1 else 80_000 + 100 * place + number,
            sector_1_ms=26_123,
            speed_st_kmh=310.5,
            compound=["SOFT", "MEDIUM", ""][place - 1],
            tyre_life=number,
            fresh_tyre=[True, False, None][place - 1],
            stint=1,
            pit_in_ms=3_680_000 if place == 1 and number == 1 else None,
            position=place,
            accurate=number > 1,
            deleted=place == 2 and number == 2,
            deleted_reason="TRACK LIMITS" if place == 2 and number == 2 else "",
        )
        for number in range(1, laps + 1)
    )
    Stint.objects.create(**of_entry, number=1, compound="SOFT", fresh_tyre=True, first_lap=1, last_lap=laps)
    PitStop.objects.create(
        **of_entry, number=1, lap_number=1, pit_in_ms=3_680_000, pit_out_ms=3_702_345, duration_ms=22_345
    )


def _around(session: Session, start: datetime) -> None:
    """What happens in a session and is no car's."""
    Weather.objects.create(session=session, t_ms=60_000, air_temp_c=21.5, rainfall=False, wind_direction_deg=0)
    TrackStatus.objects.create(session=session, start_ms=-500, end_ms=3_700_000, code="1")
    RaceControl.objects.create(
        session=session, utc=start, t_ms=None, category="Flag", message='GREEN LIGHT, "PIT EXIT" OPEN', flag="GREEN"
    )
    SessionStatus.objects.create(session=session, t_ms=3_600_000, status="Started")
