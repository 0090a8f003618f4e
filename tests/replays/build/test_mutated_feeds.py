"""Feeds lose messages, repeat them, swap and delay them: the replay stays as true as what is left of them."""

import random
from dataclasses import replace

import numpy as np
import pytest

from replays.artefact.manifest import MANIFEST, pack, read_manifest
from replays.build import fidelity
from replays.build.assemble import build_replay
from replays.loading.recorded_file import load_recorded
from replays.loading.session_data import MISSING, PositionFeed
from replays.simulator.event import DEMO_EVENT, RECORDING_STARTS
from replays.simulator.livetiming import write_livetiming
from replays.timeline import Timeline
from seasons.records import CarFlagRecord, SessionRecord, SessionStatusRecord
from tests.replays.build.sessions import LAP_MS, START_MS, STEP_MS, laps, race_with_positions, session
from tests.replays.made_feeds import value

TELEMETRY = ("Position.z", "CarData.z")
JITTER_MS = 50


def played(built):
    files = pack(built)
    return Timeline(read_manifest(files[MANIFEST]), files.__getitem__)


def mutated(lines, chance):
    """Of the telemetry one message in twenty is lost, one repeated, one comes after the next; one in a hundred comes a
    second late."""
    kept = []
    for line in lines:
        draw = chance.random() if any(f'"{topic}"' in line for topic in TELEMETRY) else 1.0
        if draw < 0.05:
            continue
        kept.append(line)
        if draw < 0.10:
            kept.append(line)
        elif draw < 0.15 and len(kept) > 1:
            kept[-1], kept[-2] = kept[-2], kept[-1]
        elif draw < 0.16 and len(kept) > 9:
            kept.insert(-9, kept.pop())
    return kept


@pytest.mark.slow
def test_a_recording_whose_telemetry_was_lost_repeated_swapped_and_delayed(truth, tmp_path):
    path = tmp_path / "race.txt"
    write_livetiming(truth, path, position_clock_jitter_ms=JITTER_MS)
    lines = mutated(path.read_text().splitlines(keepends=True), random.Random(5))
    path.write_text("".join(lines))
    record = SessionRecord(DEMO_EVENT, "race", "Race", RECORDING_STARTS, 0)
    data = load_recorded(path, record, cache_dir=tmp_path, offline=True, say=lambda step: None)
    assert (np.diff(data.positions.t_ms) > 0).all()

    built = build_replay(data)

    report = built.header["quality"]
    assert report["clock"] == "mended"
    assert report["lines"]["official_place"] == report["lines"]["crossings"] > 200
    assert report["motion"]["left_out_p95_m"] < 2
    timeline = played(built)
    column_of = [data.column_of[driver.number] for driver in truth.drivers]
    away_m = []
    for t_ms in np.random.default_rng(3).integers(truth.lights_out_ms, truth.end_ms - 5_000, 300).tolist():
        frame, place = timeline.sample(t_ms), truth.at(t_ms)
        known = [car for car, column in enumerate(column_of) if value(frame, "x", column) is not None]
        x_m, y_m = (frame[axis][[column_of[car] for car in known]] / 100 for axis in ("x", "y"))
        away_m.append(np.hypot(x_m - place.x_m[0, known], y_m - place.y_m[0, known]))
    errors_m = np.concatenate(away_m)
    assert np.median(errors_m) < 0.3
    assert np.percentile(errors_m, 95) < 2


@pytest.mark.slow
def test_a_car_that_sends_nothing_keeps_its_places_at_the_lines(recorded):
    positions = recorded.positions
    x_dm, y_dm = positions.x_dm.copy(), positions.y_dm.copy()
    x_dm[:, 3] = y_dm[:, 3] = MISSING

    built = build_replay(replace(recorded, positions=PositionFeed(positions.t_ms, x_dm, y_dm)))

    timing = next(feed for feed in built.feeds if feed.name == "timing")
    right, crossings = fidelity.places_at_lines(recorded, timing)
    assert right == crossings > 200
    assert built.header["quality"]["cars_without_positions"] == [recorded.entries[3].code]


def test_under_a_red_flag_cars_that_stand_are_in_the_race_and_keep_their_order():
    """Both stand on the track for five minutes of the second lap, and go on."""
    stop_ms, stood_ms = START_MS + int(1.5 * LAP_MS), 300_000
    on_time = laps("1", 1) + laps("2", 1, late_ms=2_000)
    later = tuple(
        replace(one, end_ms=one.end_ms + stood_ms, lap_time_ms=one.lap_time_ms + stood_ms)
        for number, late_ms in (("1", 0), ("2", 2_000))
        for one in laps(number, 2, late_ms=late_ms)[1:]
    )
    flags = tuple(
        CarFlagRecord(t_ms, number, "stopped", value)
        for number in "12"
        for t_ms, value in ((stop_ms, True), (stop_ms + stood_ms, False))
    )
    data = session(("1", "2"), on_time + later, car_flags=flags)
    red = (SessionStatusRecord(stop_ms - 5_000, "Aborted"), SessionStatusRecord(stop_ms + stood_ms, "Started"))
    data = replace(data, session_status=tuple(sorted((*data.session_status, *red), key=lambda one: one.t_ms)))

    built = build_replay(data)

    timeline = played(built)
    assert not [event for event in built.events if event["kind"] == "retired"]
    for t_ms in range(stop_ms, stop_ms + stood_ms + 10_000, 20_000):
        assert timeline.sample(t_ms)["position"].tolist() == [1, 2]
    last = timeline.sample(built.t_end_ms)
    assert last["position"].tolist() == [1, 2]


def test_a_lap_counter_that_ticks_before_the_line_is_believed_and_nobody_goes_back():
    data = race_with_positions(3, late_ms=(0, 2_000))
    early = tuple(replace(one, end_ms=one.end_ms - 400) if one.number == "2" else one for one in data.laps)
    data = replace(data, laps=early)

    built = build_replay(data)

    timeline = played(built)
    progress = [value(timeline.sample(t_ms), "progress", 1) for t_ms in range(START_MS, START_MS + 3 * LAP_MS, 500)]
    assert progress == sorted(progress)
    for lap in (one for one in early if one.number == "2"):
        assert value(timeline.sample(lap.end_ms + STEP_MS), "progress", 1) >= lap.lap_number * 1e5
        assert value(timeline.sample(lap.end_ms - 1), "progress", 1) < lap.lap_number * 1e5
        assert value(timeline.sample(lap.end_ms), "lap", 1) == min(lap.lap_number + 1, 3)


def test_a_clock_that_stands_for_a_while_and_then_jumps_leaves_a_gap():
    data = race_with_positions(3)
    positions = data.positions
    jumped = positions.t_ms + np.where(positions.t_ms > START_MS + LAP_MS, 8_000, 0)

    built = build_replay(replace(data, positions=PositionFeed(jumped, positions.x_dm, positions.y_dm)))

    timeline = played(built)
    assert value(timeline.sample(START_MS + LAP_MS + 4_000), "x") is None
    assert built.header["quality"]["gaps"]["position"]["count"] >= 1
