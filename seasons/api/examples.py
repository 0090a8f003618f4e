"""Rows as the API shows them, for its document: of the 2025 Australian Grand Prix, with made-up ids."""

from typing import Any

Row = dict[str, Any]

SEASON: Row = {"id": "c1VqM8nKx0Ta", "key": "2025", "year": 2025, "events": 25}

CIRCUIT: Row = {
    "id": "h7Yw2RkPz4Lb",
    "key": "melbourne",
    "name": "Melbourne",
    "location": "Melbourne",
    "country": "Australia",
}

EVENT: Row = {
    "id": "Qd3sX9vJt6Gm",
    "key": "2025-australian-grand-prix",
    "season": "2025",
    "round": 1,
    "name": "Australian Grand Prix",
    "official_name": "FORMULA 1 LOUIS VUITTON AUSTRALIAN GRAND PRIX 2025",
    "location": "Melbourne",
    "country": "Australia",
    "date": "2025-03-16",
    "circuit": CIRCUIT["key"],
    "is_testing": False,
    "is_demo": False,
}

SESSION: Row = {
    "id": "u5BzE1fWc8Np",
    "key": "2025-australian-grand-prix-race",
    "season": SEASON["key"],
    "event": EVENT["key"],
    "event_name": EVENT["name"],
    "kind": "race",
    "name": "Race",
    "start": "2025-03-16T04:00:00Z",
    "utc_offset": 39600,
    "state": "available",
    "state_reason": None,
    "source": "fastf1",
    "imported_at": "2025-03-16T08:12:44.120331Z",
}

DRIVER: Row = {
    "id": "m4KtA7rDy2Hs",
    "key": "lando-norris",
    "full_name": "Lando Norris",
    "first_name": "Lando",
    "last_name": "Norris",
    "country_code": "GBR",
    "jolpica_id": "norris",
}

TEAM: Row = {"id": "Zx6PgN0qVe9C", "key": "mclaren", "name": "McLaren", "jolpica_id": "mclaren"}

OF_SESSION: Row = {"id": "48213", "session": SESSION["key"]}
OF_ENTRY: Row = {**OF_SESSION, "driver": DRIVER["key"], "code": "NOR", "driver_number": "4"}

ENTRY: Row = {
    "id": "j8TfL3oSi5Ru",
    "key": f"{SESSION['key']}-4",
    "session": SESSION["key"],
    "driver": DRIVER["key"],
    "code": "NOR",
    "driver_number": "4",
    "driver_name": DRIVER["full_name"],
    "team": TEAM["key"],
    "team_name": "McLaren",
    "colour": "#ff8000",
}

RESULT: Row = {
    **OF_ENTRY,
    "team": TEAM["key"],
    "position": 1,
    "classified": "1",
    "grid": 1,
    "status": "Finished",
    "points": 25.0,
    "laps": 57,
    "time": 6126.304,
    "gap": None,
    "best_lap": 82.167,
    "q1": None,
    "q2": None,
    "q3": None,
}

LAP: Row = {
    **OF_ENTRY,
    "lap_number": 43,
    "lap_time": 82.167,
    "sector_1": 28.553,
    "sector_2": 18.537,
    "sector_3": 35.077,
    "start": 8801.439,
    "time": 8883.606,
    "position": 1,
    "compound": "HARD",
    "tyre_life": 10,
    "fresh_tyre": False,
    "stint": 5,
    "pit_in": None,
    "pit_out": None,
    "speed_i1": 271.0,
    "speed_i2": 290.0,
    "speed_fl": 292.0,
    "speed_st": 300.0,
    "personal_best": True,
    "deleted": False,
    "deleted_reason": None,
    "accurate": True,
    "generated": False,
}

STINT: Row = {
    **OF_ENTRY,
    "stint": 5,
    "compound": "HARD",
    "fresh_tyre": False,
    "tyre_life_at_start": 1,
    "first_lap": 35,
    "last_lap": 44,
}

PIT_STOP: Row = {
    **OF_ENTRY,
    "stop": 4,
    "lap_number": 34,
    "pit_in": 7740.096,
    "pit_out": 7758.613,
    "duration": 18.517,
}

WEATHER: Row = {
    **OF_SESSION,
    "time": 3608.096,
    "air_temp": 15.4,
    "track_temp": 18.9,
    "humidity": 73.0,
    "pressure": 1009.4,
    "rainfall": False,
    "wind_direction": 282,
    "wind_speed": 4.3,
}

TRACK_STATUS: Row = {**OF_SESSION, "time": 4328.954, "end": 5270.163, "status": "4"}

RACE_CONTROL: Row = {
    **OF_SESSION,
    "utc": "2025-03-16T05:46:48Z",
    "time": 9565.381,
    "lap_number": 49,
    "category": "Flag",
    "message": "CLEAR IN TRACK SECTOR 2",
    "flag": "CLEAR",
    "scope": "Sector",
    "sector": 2,
    "driver_number": None,
}

SESSION_STATUS: Row = {**OF_SESSION, "time": 4260.355, "status": "Started"}
