"""Whatever a source lacks, the rest of the session still replays."""

from dataclasses import replace

import pytest

from replays.artefact.manifest import MANIFEST, pack, read_manifest
from replays.build.assemble import build_replay
from replays.loading.session_data import SessionData
from replays.timeline import Timeline
from tests.replays.synthetic import synthetic_session


def without_first_half(data: SessionData) -> SessionData:
    feed = data.positions
    half = feed.t_ms.size // 2
    return replace(data, positions=replace(feed, t_ms=feed.t_ms[half:], x_dm=feed.x_dm[half:], y_dm=feed.y_dm[half:]))


def as_kind(kind: str):
    return lambda data: replace(data, session=replace(data.session, kind=kind))


LACKING = {
    "nothing": (lambda data: data, {"positions": True, "timing": True, "car_data": True}),
    "laps": (lambda data: replace(data, laps=()), {"positions": True, "timing": False}),
    "laps and start": (lambda data: replace(data, laps=(), start_ms=None), {"timing": False}),
    "lap times": (
        lambda data: replace(data, laps=tuple(replace(lap, end_ms=None, lap_time_ms=None) for lap in data.laps)),
        {"positions": True},
    ),
    "positions": (lambda data: replace(data, positions=None), {"positions": False, "timing": True}),
    "half the positions": (without_first_half, {"positions": "partial"}),
    "car data": (lambda data: replace(data, cars=None), {"car_data": False, "drs": False}),
    "all telemetry": (
        lambda data: replace(data, positions=None, cars=None, circuit=None),
        {"positions": False, "car_data": False, "timing": True},
    ),
    "messages": (
        lambda data: replace(
            data, session_status=(), track_status=(), race_control=(), weather=(), car_flags=(), total_laps=None
        ),
        {"weather": False, "race_control": False},
    ),
    "a result and a grid": (
        lambda data: replace(
            data, entries=tuple(replace(e, grid=None, position=None, classified="") for e in data.entries)
        ),
        {"timing": True},
    ),
    "the form of a race": (as_kind("qualifying"), {"timing": True}),
    "the form of a race, too": (as_kind("practice-2"), {"timing": True}),
}


@pytest.mark.parametrize("lacking", LACKING)
def test_a_session_without_some_of_its_data_still_replays_and_says_so(lacking):
    change, expected = LACKING[lacking]
    data = change(synthetic_session())

    files = pack(build_replay(data))
    manifest = read_manifest(files[MANIFEST])
    timeline = Timeline(manifest, files.__getitem__)
    frames = [timeline.sample(t) for t in range(manifest.t_start_ms, manifest.t_end_ms, 5_000)]

    assert {key: manifest.document["capabilities"][key] for key in expected} == expected
    assert all(len(frame) == len(data.entries) for frame in frames)
    for frame in frames:
        if "position" in frame.dtype.names:
            assert sorted(frame["position"].tolist()) == list(range(1, len(data.entries) + 1))


def test_a_session_in_which_nothing_ever_happens_is_refused():
    data = replace(synthetic_session(), positions=None, cars=None, laps=(), start_ms=None)

    with pytest.raises(ValueError, match="no moment to play"):
        build_replay(data)


def test_without_a_timing_feed_the_quality_report_says_so():
    quality = build_replay(replace(synthetic_session(), laps=())).header["quality"]

    assert quality["verdict"] != "good"
    assert "there is no timing: no order, gaps and laps" in quality["reasons"]
