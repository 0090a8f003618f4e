"""`load_demo`: simulated, built, and left alone once it is there."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from replays.builds import is_intact
from replays.management.commands import load_demo
from replays.models import Build, BuildState, Replay, ReplayState
from replays.simulator.simulation import DEFAULT_LAPS

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.mark.slow
def test_the_demo_race_is_built_once_and_rebuilt_only_when_it_is_damaged(replay_storage):
    said = run()

    replay = Replay.objects.get()
    assert said.splitlines()[-1] == f"The demo race is ready: /replays/{replay.public_id}/"
    assert replay.session.key == "2025-demo-grand-prix-race"
    assert (replay.session.event.is_demo, replay.laps, replay.car_count) == (True, DEFAULT_LAPS, 20)
    assert all(replay.capabilities.values())
    assert not replay.quality["problems"]

    assert run() == f"The demo race is ready: /replays/{replay.public_id}/\n"
    assert Build.objects.count() == 1

    (replay_storage / replay.public_id / "track.json").unlink()
    run()
    assert is_intact(replay.public_id)
    assert Replay.objects.get() == replay


def test_ctrl_c_is_one_line_and_leaves_nothing(replay_storage, monkeypatch):
    def interrupt(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("replays.demo.simulate_race", interrupt)

    with pytest.raises(CommandError, match="interrupted; run the same command again") as caught:
        run()

    assert caught.value.returncode == 130
    assert not Replay.objects.exists()


def test_a_disk_without_room_for_the_recording_is_one_line(replay_storage, monkeypatch):
    monkeypatch.setattr("replays.demo.simulate_race", lambda: None)
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")

    with pytest.raises(CommandError, match="the demo race cannot be written: No such file or directory"):
        run()


def test_dead_builds_are_released_first(replay_storage, monkeypatch):
    released = []
    monkeypatch.setattr(load_demo, "release_dead_builds", lambda: released.append(True))
    monkeypatch.setattr(load_demo, "ready_demo", lambda: Replay(public_id="there"))

    assert run() == "The demo race is ready: /replays/there/\n"
    assert released
    assert not Build.objects.filter(state=BuildState.RUNNING).exists()
    assert not Replay.objects.filter(state=ReplayState.READY).exists()
