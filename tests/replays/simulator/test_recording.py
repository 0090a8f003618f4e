"""The file of the demo race, before anybody parses it."""

import base64
import json
import zlib
from collections import Counter

import numpy as np
import pytest

from replays.simulator.event import DEMO_EVENT, circuit_record
from replays.simulator.livetiming import write_livetiming
from replays.simulator.simulation import simulate_race
from replays.simulator.telemetry import car_samples, position_samples


@pytest.fixture(scope="module")
def recording(race, tmp_path_factory):
    path = tmp_path_factory.mktemp("recording") / "demo.txt"
    write_livetiming(race, path)
    return path


@pytest.fixture(scope="module")
def lines(recording):
    return recording.read_text(encoding="ascii").splitlines()


@pytest.mark.slow
def test_the_same_seed_writes_the_same_bytes(race, recording, tmp_path):
    write_livetiming(simulate_race(race.seed, race.laps), tmp_path / "again")

    assert (tmp_path / "again").read_bytes() == recording.read_bytes()


def test_it_is_small(recording):
    assert recording.stat().st_size < 10_000_000


def test_every_line_is_a_topic_a_body_and_a_time_in_order(lines):
    times = [json.loads(line)[2] for line in lines]

    assert times == sorted(times)
    assert all(time.endswith("Z") and len(time) == len("2025-12-28T14:00:00.000Z") for time in times)


def test_nothing_in_it_trips_over_what_fastf1_replaces(lines):
    assert not [line for line in lines if "'" in line or "True" in line or "False" in line]


def test_the_first_line_starts_the_clock(lines):
    topic, body, _ = json.loads(lines[0])
    first = next(line for line in lines if "SessionStatus" in line and "Started" in line)

    assert topic == "SessionData"
    assert "StatusSeries" in body
    assert first == lines[0]


def test_all_feeds_are_there(lines):
    topics = Counter(json.loads(line)[0] for line in lines)

    assert set(topics) == {
        "SessionData", "SessionInfo", "DriverList", "SessionStatus", "LapCount", "TrackStatus", "TimingData",
        "TimingAppData", "RaceControlMessages", "WeatherData", "CarData.z", "Position.z",
    }  # fmt: skip


def test_the_session_says_that_it_is_simulated(lines):
    info = next(body for topic, body, _ in map(json.loads, lines) if topic == "SessionInfo")

    assert info["Meeting"]["Name"] == "Demo Grand Prix"
    assert "SIMULATED" in info["Meeting"]["OfficialName"]
    assert "SIMULATED" in DEMO_EVENT.official_name
    assert DEMO_EVENT.is_demo


def test_positions_are_packed_as_f1_packs_them(lines, race):
    packed = next(body for topic, body, _ in map(json.loads, lines) if topic == "Position.z")
    sample = json.loads(zlib.decompress(base64.b64decode(packed), -zlib.MAX_WBITS))["Position"][0]

    assert set(sample["Entries"]) == {driver.number for driver in race.drivers}
    assert set(sample["Entries"][race.drivers[0].number]) == {"Status", "X", "Y", "Z"}


def test_the_two_telemetry_clocks_are_independent_and_in_the_real_range(race):
    positions, cars = position_samples(race), car_samples(race)

    for t_ms in (positions.t_ms, cars.t_ms):
        assert 220 <= np.diff(t_ms).min() <= np.diff(t_ms).max() <= 300
    assert len(np.intersect1d(positions.t_ms, cars.t_ms)) < 0.05 * len(cars.t_ms)


def test_without_jitter_stamps_are_true(race):
    samples = position_samples(race)

    assert np.array_equal(samples.t_ms, samples.stamp_ms)


def test_jitter_moves_the_stamps_and_not_the_cars(race):
    crisp, jittery = position_samples(race), position_samples(race, 68.0)
    error = jittery.stamp_ms - jittery.t_ms

    assert np.array_equal(crisp.x_dm, jittery.x_dm)
    assert 55 < error.std() < 80
    assert (np.diff(jittery.stamp_ms) > 0).all()


def test_the_channels_of_a_car_agree_with_each_other(race):
    samples = car_samples(race)

    assert samples.gear.min() == 0
    assert samples.gear.max() == 8
    assert samples.rpm.max() < 12_500
    assert ((samples.brake_percent == 0) | (samples.throttle_percent == 0)).all()
    assert (samples.speed_kmh[samples.drs == 12] > 100).all()
    assert (samples.brake_percent[samples.drs == 12] == 0).mean() > 0.995
    fast = samples.speed_kmh > 300
    assert (samples.gear[fast] >= 7).all()


def test_the_circuit_record_is_a_closed_outline_with_its_corners_on_it(race):
    record = circuit_record(race)
    x, y = np.array(record.x_m), np.array(record.y_m)

    assert (x[0], y[0]) == (x[-1], y[-1])
    assert [name for name, _, _ in record.corners] == [str(number) for number in range(1, 16)]
    for _, corner_x, corner_y in record.corners:
        assert np.hypot(x - corner_x, y - corner_y).min() < 4.0


def test_progress_is_told_from_nothing_to_all(race, tmp_path):
    told = []
    write_livetiming(race, tmp_path / "demo.txt", told.append)

    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
