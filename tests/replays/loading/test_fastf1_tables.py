import pandas as pd
import pytest

from replays.loading.fastf1_tables import entry_records, lap_records, race_control_records

LAP = {
    "DriverNumber": "4",
    "LapNumber": 1.0,
    "LapStartTime": pd.Timedelta(seconds=60),
    "Time": pd.Timedelta(seconds=150),
    "LapTime": pd.Timedelta(seconds=90),
    **{f"Sector{n}Time": pd.Timedelta(seconds=30) for n in (1, 2, 3)},
    **{f"Sector{n}SessionTime": pd.Timedelta(seconds=60 + 30 * n) for n in (1, 2, 3)},
    "Compound": "SOFT",
    "TyreLife": 1.0,
    "FreshTyre": True,
    "Stint": 1.0,
    "PitInTime": pd.NaT,
    "PitOutTime": pd.NaT,
    "Position": 1.0,
    "Deleted": None,
    "DeletedReason": "",
    "IsAccurate": True,
    "FastF1Generated": False,
    "IsPersonalBest": True,
    "SpeedI1": 300.0,
    "SpeedI2": float("nan"),
    "SpeedFL": 290.0,
    "SpeedST": 310.0,
}
RESULT = {
    "DriverNumber": "4",
    "Abbreviation": "NOR",
    "FirstName": "Lando",
    "LastName": "Norris",
    "FullName": "Lando Norris",
    "DriverId": "norris",
    "TeamName": "McLaren",
    "TeamId": "mclaren",
    "TeamColor": "FF8000",
    "CountryCode": "GBR",
    "GridPosition": float("nan"),
    "Position": 1.0,
    "ClassifiedPosition": "1",
    "Status": "",
    "Points": float("nan"),
    "Laps": float("nan"),
    "Time": pd.NaT,
    "Q1": pd.NaT,
    "Q2": pd.NaT,
    "Q3": pd.NaT,
}


def test_a_negative_duration_is_unknown_and_an_instant_may_be_negative():
    negative = {"LapTime": pd.Timedelta(seconds=-1), "Sector2Time": pd.Timedelta(seconds=-1)}
    (record,) = lap_records(pd.DataFrame([{**LAP, **negative, "LapStartTime": pd.Timedelta(seconds=-1)}]))

    assert (record.lap_time_ms, record.sector_ms, record.start_ms) == (None, (30_000, None, 30_000), -1_000)
    assert record.speeds_kmh == (300, None, 290, 310)


@pytest.mark.parametrize(("told", "expected"), [("1", "1"), (1.0, "1"), ("R", "R"), (float("nan"), "")])
def test_a_classification_is_the_same_text_in_every_kind_of_session(told, expected):
    (record,) = entry_records(pd.DataFrame([{**RESULT, "ClassifiedPosition": told}]))

    assert record.classified == expected


@pytest.mark.parametrize(
    ("message", "told", "number"),
    [
        ("CAR 81 (PIA) TIME 1:15.943 DELETED - TRACK LIMITS AT TURN 4 LAP 9 15:17:21", "", "81"),
        ("10 SECOND TIME PENALTY FOR CAR 9 (ERI) - CAUSING A COLLISION", "", "9"),
        ("WAVED BLUE FLAG FOR CAR 18 (STR) TIMED AT 04:22:31", "18", "18"),
        ("TURN 10 INCIDENT INVOLVING CARS 2 (SAR) AND 18 (STR) NOTED - IMPEDING", "", ""),
        ("CAR 4 (NOR) OVERTOOK CAR 81 (PIA)", "", ""),
        ("SAFETY CAR IN THIS LAP", "", ""),
        ("GREEN LIGHT - PIT EXIT OPEN", None, ""),
    ],
)
def test_a_message_about_one_car_has_its_number(message, told, number):
    row = {"Time": pd.Timestamp("2025-03-16 04:22"), "Category": "Other", "Message": message, "RacingNumber": told}
    table = pd.DataFrame([row | dict.fromkeys(("Flag", "Scope", "Sector", "Lap"))])

    (record,) = race_control_records(table, t0_utc_ms=None)

    assert (record.message, record.number) == (message, number)
