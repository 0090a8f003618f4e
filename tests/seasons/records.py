"""Records of a plausible season, for tests to change one thing of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from seasons.records import EntryRecord, EventRecord, SessionRecord

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
