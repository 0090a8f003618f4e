"""The messages about the session as a whole: who drives, its state, flags, race control, weather."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from replays.simulator.cars import Happening
from replays.simulator.event import CIRCUIT_NAME, DEMO_EVENT, RECORDING_STARTS
from replays.simulator.motion import NOT_REACHED
from replays.simulator.timing_feed import Message
from replays.simulator.truth import SimulatedRace

RACE_CONTROL_LAG_MS = 120
"""The words come a little after the flag."""

_STATUS_WORDS = {"1": "AllClear", "2": "Yellow", "4": "SCDeployed"}


def instant(t_ms: int) -> datetime:
    """The moment of a session time, in UTC."""
    return RECORDING_STARTS + timedelta(milliseconds=t_ms)


def utc_text(t_ms: int) -> str:
    """As the feeds write it, with milliseconds and `Z`."""
    return instant(t_ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{t_ms % 1000:03d}Z"


def session_messages(race: SimulatedRace) -> Iterator[Message]:
    """All but timing and telemetry, in no particular order but for the first, which has to come first."""
    yield _clock_start()
    yield Message(0, "SessionInfo", _session_info(race))
    yield Message(100, "DriverList", _driver_list(race))
    yield from _session_status(race)
    yield from _track_status(race)
    yield from _race_control(race)
    for sample in race.weather:
        body = {
            "AirTemp": f"{sample.air_temp_c:.1f}",
            "Humidity": f"{sample.humidity_percent:.1f}",
            "Pressure": f"{sample.pressure_mbar:.1f}",
            "Rainfall": "1" if sample.rainfall else "0",
            "TrackTemp": f"{sample.track_temp_c:.1f}",
            "WindDirection": str(sample.wind_direction_deg),
            "WindSpeed": f"{sample.wind_speed_ms:.1f}",
        }
        yield Message(sample.t_ms, "WeatherData", body)


def _clock_start() -> Message:
    """FastF1 takes the UTC of the first Started it finds here as session time 0.

    A real recording has lights-out there, which makes everything before it negative. Here it is the start of the
    recording, so that session times are as in F1's archive: small, positive, lights-out some minutes in. When the
    race really started is what SessionStatus says.
    """
    series = [{"Utc": utc_text(0), "SessionStatus": "Started"}]
    return Message(0, "SessionData", {"Series": [{"Utc": utc_text(0), "Lap": 1}], "StatusSeries": series})


def _session_info(race: SimulatedRace) -> dict[str, Any]:
    day = f"{DEMO_EVENT.date:%Y-%m-%d}"
    return {
        "Meeting": {
            "Key": 0,
            "Name": DEMO_EVENT.name,
            "OfficialName": DEMO_EVENT.official_name,
            "Location": DEMO_EVENT.location,
            "Number": 0,
            "Country": {"Key": 0, "Code": "FIC", "Name": DEMO_EVENT.country},
            "Circuit": {"Key": 0, "ShortName": CIRCUIT_NAME},
        },
        "ArchiveStatus": {"Status": "Complete"},
        "Key": 0,
        "Type": "Race",
        "Name": "Race",
        "StartDate": f"{instant(race.lights_out_ms):%Y-%m-%dT%H:%M:%S}",
        "EndDate": f"{instant(race.end_ms):%Y-%m-%dT%H:%M:%S}",
        "GmtOffset": "00:00:00",
        "Path": f"{DEMO_EVENT.year}/{day}_Demo_Grand_Prix/{day}_Race/",
    }


def _driver_list(race: SimulatedRace) -> dict[str, Any]:
    return {
        race.drivers[car].number: {
            "RacingNumber": race.drivers[car].number,
            "BroadcastName": f"{race.drivers[car].first_name[0]} {race.drivers[car].last_name.upper()}",
            "FullName": f"{race.drivers[car].first_name} {race.drivers[car].last_name.upper()}",
            "Tla": race.drivers[car].code,
            "Line": line,
            "TeamName": race.drivers[car].team.name,
            "TeamColour": race.drivers[car].team.colour,
            "FirstName": race.drivers[car].first_name,
            "LastName": race.drivers[car].last_name,
            "Reference": f"DEMO{race.drivers[car].code}01",
            "HeadshotUrl": "",
            "CountryCode": race.drivers[car].country_code,
        }
        for line, car in enumerate(race.grid, start=1)
    }


def chequered_ms(race: SimulatedRace) -> int:
    """When the winner crossed the line."""
    finish = race.classification[0].finish_ms
    if finish is None:
        raise ValueError("the race has no winner")
    return finish


def _session_status(race: SimulatedRace) -> Iterator[Message]:
    yield Message(150, "SessionStatus", {"Status": "Inactive"})
    yield Message(race.lights_out_ms, "SessionStatus", {"Status": "Started"})
    yield Message(chequered_ms(race), "SessionStatus", {"Status": "Finished"})
    yield Message(race.end_ms - 600, "SessionStatus", {"Status": "Finalised"})
    yield Message(race.end_ms - 500, "SessionStatus", {"Status": "Ends"})


def _track_status(race: SimulatedRace) -> Iterator[Message]:
    code = "1"
    yield Message(0, "TrackStatus", {"Status": code, "Message": _STATUS_WORDS[code]})
    yellow = safety_car = False
    for event in race.happenings:
        if event.kind in ("yellow", "clear"):
            yellow = event.kind == "yellow"
        elif event.kind == "safety_car_deployed":
            safety_car = True
        elif event.kind == "safety_car_in":
            safety_car = yellow = False
        now = "4" if safety_car else "2" if yellow else "1"
        if now != code:
            code = now
            yield Message(_t_ms(race, event), "TrackStatus", {"Status": code, "Message": _STATUS_WORDS[code]})


def _t_ms(race: SimulatedRace, event: Happening) -> int:
    return race.lights_out_ms + round(1000 * event.t_s)


def _race_control(race: SimulatedRace) -> Iterator[Message]:
    """Numbered messages; each says its lap, which is the leader's."""
    said = sorted(_words(race), key=_when)
    starts_ms = np.array([np.where(ends == NOT_REACHED, race.end_ms, ends).min() for ends in race.lap_end_ms])
    for number, (t_ms, words) in enumerate(said):
        lap = min(int(np.searchsorted(starts_ms, t_ms, side="right")) + 1, race.laps)
        body = {"Utc": f"{instant(t_ms):%Y-%m-%dT%H:%M:%S}", "Lap": lap, **words}
        yield Message(t_ms, "RaceControlMessages", {"Messages": {str(number): body} if number else [body]})


def _when(entry: tuple[int, dict[str, Any]]) -> int:
    return entry[0]


def _words(race: SimulatedRace) -> Iterator[tuple[int, dict[str, Any]]]:
    yield 5_000, _other("THIS RACE IS SIMULATED - EVENT, CIRCUIT, TEAMS AND DRIVERS ARE FICTIONAL")
    yield 30_000, _other("RISK OF RAIN FOR THE RACE IS 70%")
    yield 45_000, {"Category": "Drs", "Status": "DISABLED", "Message": "DRS DISABLED"}
    green = {"Category": "Flag", "Flag": "GREEN", "Scope": "Track", "Message": "GREEN LIGHT - PIT EXIT OPEN"}
    yield race.lights_out_ms + 340, green
    sector = 0
    for event in race.happenings:
        t_ms = _t_ms(race, event) + RACE_CONTROL_LAG_MS
        if event.kind == "yellow":
            sector = event.place
        if event.kind == "safety_car_in":
            yield t_ms - 2_000, _sector_flag("CLEAR", sector)
        yield t_ms, _event_words(race, event, t_ms)
    flag = {"Category": "Flag", "Flag": "CHEQUERED", "Scope": "Track", "Message": "CHEQUERED FLAG"}
    yield chequered_ms(race) + RACE_CONTROL_LAG_MS, flag


def _other(text: str) -> dict[str, Any]:
    return {"Category": "Other", "Message": text}


def _sector_flag(flag: str, sector: int) -> dict[str, Any]:
    return {
        "Category": "Flag",
        "Flag": flag,
        "Scope": "Sector",
        "Sector": sector,
        "Message": f"{flag} IN TRACK SECTOR {sector}",
    }


def _event_words(race: SimulatedRace, event: Happening, t_ms: int) -> dict[str, Any]:
    car = f"CAR {race.drivers[event.car].number} ({race.drivers[event.car].code})" if event.car >= 0 else ""
    number = race.drivers[event.car].number if event.car >= 0 else ""
    match event.kind:
        case "yellow":
            return _sector_flag("YELLOW", event.place)
        case "clear":
            return _sector_flag("CLEAR", event.place)
        case "spun":
            return _other(f"{car} SPUN AT TURN {event.place} - CONTINUES")
        case "retired":
            return {"Category": "CarEvent", "RacingNumber": number, "Message": f"{car} STOPPED"}
        case "slow":
            return {"Category": "CarEvent", "RacingNumber": number, "Message": f"{car} SLOW - PUNCTURE"}
        case "safety_car_deployed":
            return _safety_car("DEPLOYED")
        case "safety_car_in_this_lap":
            return _safety_car("IN THIS LAP")
        case "safety_car_in":
            return {"Category": "Flag", "Flag": "CLEAR", "Scope": "Track", "Message": "TRACK CLEAR"}
        case "drs_enabled" | "drs_disabled":
            status = event.kind.removeprefix("drs_").upper()
            return {"Category": "Drs", "Status": status, "Message": f"DRS {status}"}
        case "rain_begins":
            return _other("RAIN SHOWER - LOW GRIP CONDITIONS")
        case "rain_ends":
            return _other("RAIN HAS STOPPED - TRACK IS DRYING")
        case "blue":
            text = f"WAVED BLUE FLAG FOR {car} TIMED AT {instant(t_ms):%H:%M:%S}"
            return {"Category": "Flag", "Flag": "BLUE", "Scope": "Driver", "RacingNumber": number, "Message": text}
        case _:
            raise ValueError(f"happening: no words for {event.kind!r}")


def _safety_car(status: str) -> dict[str, Any]:
    return {"Category": "SafetyCar", "Status": status, "Mode": "SAFETY CAR", "Message": f"SAFETY CAR {status}"}
