"""The recording of the demo race, read by FastF1 itself, says what the simulator knows to be true."""

import numpy as np
import pytest

from replays.simulator.event import DEMO_EVENT, RECORDING_STARTS
from replays.simulator.livetiming import write_livetiming
from replays.simulator.motion import NOT_REACHED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recording(race, tmp_path_factory):
    path = tmp_path_factory.mktemp("recording") / "demo.txt"
    write_livetiming(race, path)
    return path


@pytest.fixture(scope="module")
def session(race, recording, tmp_path_factory):
    import fastf1
    import pandas as pd
    from fastf1.events import Event
    from fastf1.livetiming.data import LiveTimingData

    fastf1.Cache.configure(cache_dir=str(tmp_path_factory.mktemp("cache")))
    fastf1.Cache.offline_mode(True)
    starts = pd.Timestamp(RECORDING_STARTS).tz_localize(None)
    columns = {
        "RoundNumber": 0,
        "Country": DEMO_EVENT.country,
        "Location": DEMO_EVENT.location,
        "OfficialEventName": DEMO_EVENT.official_name,
        "EventName": DEMO_EVENT.name,
        "EventDate": starts.normalize(),
        "EventFormat": "conventional",
        "F1ApiSupport": True,
    }
    for number in range(1, 6):
        columns |= {
            f"Session{number}": "Race" if number == 5 else "",
            f"Session{number}Date": starts,
            f"Session{number}DateUtc": starts,
        }
    livedata = LiveTimingData(str(recording))
    loaded = Event(columns, year=DEMO_EVENT.year).get_session("R")
    loaded.load(livedata=livedata)
    assert livedata.errorcount == 0
    return loaded


def in_ms(times):
    return (times / np.timedelta64(1, "ms")).round().astype("int64")


def laps_of(session, driver):
    laps = session.laps[session.laps["DriverNumber"] == driver.number]
    return laps[~laps["FastF1Generated"]].sort_values("LapNumber")


def test_all_drivers_are_there_with_their_teams(session, race):
    rows = {row["DriverNumber"]: row for _, row in session.results.iterrows()}

    assert set(rows) == {driver.number for driver in race.drivers}
    for driver in race.drivers:
        row = rows[driver.number]
        assert (row["Abbreviation"], row["TeamName"], row["TeamColor"]) == (
            driver.code,
            driver.team.name,
            driver.team.colour,
        )


def test_laps_and_their_times_are_the_true_ones(session, race):
    for car, driver in enumerate(race.drivers):
        laps = laps_of(session, driver)
        count = int((race.lap_end_ms[:, car] != NOT_REACHED).sum())

        assert laps["LapNumber"].tolist() == list(range(1, count + 1))
        assert in_ms(laps["Time"]).tolist() == race.lap_end_ms[:count, car].tolist()
        assert in_ms(laps["LapTime"]).tolist() == [race.lap_time_ms(car, lap) for lap in range(1, count + 1)]
        for sector in range(3):
            assert in_ms(laps[f"Sector{sector + 1}SessionTime"]).tolist() == (
                race.sector_end_ms[:count, sector, car].tolist()
            )


def test_positions_at_each_lap_are_the_true_ones(session, race):
    for car, driver in enumerate(race.drivers):
        for _, lap in laps_of(session, driver).iterrows():
            ends = race.lap_end_ms[int(lap["LapNumber"]) - 1]
            before = ((ends != NOT_REACHED) & (ends < ends[car])).sum()
            assert lap["Position"] == before + 1


def test_tyres_and_stints_are_the_true_ones(session, race):
    for car, driver in enumerate(race.drivers):
        stints = [stint for stint in race.stints if stint.car == car]
        for _, lap in laps_of(session, driver).iterrows():
            number = int(lap["LapNumber"])
            stint = [one for one in stints if one.first_lap <= number][-1]

            assert (lap["Compound"], lap["Stint"]) == (stint.compound, stint.number)
            assert lap["TyreLife"] == stint.used_laps + number - stint.first_lap + 1
            assert lap["FreshTyre"] == (stint.used_laps == 0)


def test_pit_stops_are_where_they_were(session, race):
    for car, driver in enumerate(race.drivers):
        laps = laps_of(session, driver)
        stops = [stop for stop in race.pit_stops if stop.car == car]

        pitted = laps[laps["PitInTime"].notna()]
        left = laps[laps["PitOutTime"].notna()]

        assert pitted["LapNumber"].tolist() == [stop.lap for stop in stops]
        assert in_ms(pitted["PitInTime"]).tolist() == [stop.in_ms for stop in stops]
        assert left["LapNumber"].tolist() == [stop.lap + 1 for stop in stops]
        assert in_ms(left["PitOutTime"]).tolist() == [stop.out_ms for stop in stops]


def test_positions_of_cars_are_true_at_their_instants(session, race):
    for car, driver in enumerate(race.drivers):
        samples = session.pos_data[driver.number]
        t_ms = in_ms(samples["SessionTime"]).to_numpy()
        places = race.at(t_ms)

        assert len(samples) > 5000
        assert np.abs(samples["X"].to_numpy() / 10 - places.x_m[:, car]).max() <= 0.051
        assert np.abs(samples["Y"].to_numpy() / 10 - places.y_m[:, car]).max() <= 0.051


def test_car_channels_are_true_at_their_instants(session, race):
    for car, driver in enumerate(race.drivers):
        samples = session.car_data[driver.number]
        speed = race.at(in_ms(samples["SessionTime"]).to_numpy()).speed_kmh[:, car]

        assert len(samples) > 5000
        assert np.abs(samples["Speed"].to_numpy() - speed).max() <= 0.51


def test_session_begins_at_lights_out_and_has_its_laps(session, race):
    assert round(session.session_start_time.total_seconds() * 1000) == race.lights_out_ms
    assert session.total_laps == race.laps
    assert session.session_status["Status"].tolist() == ["Inactive", "Started", "Finished", "Finalised", "Ends"]
    assert session.t0_date.to_pydatetime() == RECORDING_STARTS.replace(tzinfo=None)


def test_track_status_tells_of_a_yellow_and_a_safety_car(session):
    assert session.track_status["Status"].tolist() == ["1", "2", "1", "2", "4", "1"]


def test_race_control_speaks_of_everything_that_happened(session):
    messages = session.race_control_messages

    assert {"YELLOW", "CLEAR", "BLUE", "CHEQUERED", "GREEN"} <= set(messages["Flag"])
    assert {"Flag", "SafetyCar", "Drs", "CarEvent", "Other"} == set(messages["Category"])
    assert messages["Message"].str.contains("SIMULATED").any()


def test_weather_has_a_shower(session, race):
    rain = session.weather_data["Rainfall"]

    assert len(rain) == len(race.weather)
    assert rain.any()
    assert not rain.iloc[0]
    assert not rain.iloc[-1]


def test_results_are_the_true_classification(session, race):
    assert session.results["DriverNumber"].tolist() == [
        race.drivers[result.car].number for result in race.classification
    ]
