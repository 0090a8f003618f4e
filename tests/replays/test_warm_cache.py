"""`warm_cache` and `build_replay`, offline on real sessions: what they make, say, refuse and leave alone."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from replays.loading.errors import RateLimited
from replays.models import Build, Replay, ReplayState
from replays.simulator.livetiming import write_livetiming
from replays.simulator.simulation import simulate_race
from seasons.models import Event, Season, Session, SessionState
from tests.replays.loading.archive_copies import MIAMI_SPRINT, cache_of_copy
from tests.services import PROJECT

pytestmark = [pytest.mark.django_db, pytest.mark.archive]


def warm(*args: str, **options: object) -> tuple[str, str]:
    """What it says on stdout and on stderr."""
    out, err = StringIO(), StringIO()
    call_command("warm_cache", *args, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def refused(*args: str, **options: object) -> CommandError:
    with pytest.raises(CommandError) as caught:
        warm(*args, **options)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.fixture
def site(fastf1_cache: Path, replay_storage: Path, settings) -> Path:
    """A site without a network whose FastF1 cache has the archive's sessions; its storage."""
    settings.FASTF1_CACHE_DIR = fastf1_cache
    settings.FASTF1_OFFLINE = True
    return replay_storage


def test_a_session_is_imported_built_and_left_alone_the_second_time(site):
    out, err = warm("2025", "miami", "S")

    replay = Replay.objects.get()
    assert (replay.session.key, replay.state) == ("2025-miami-grand-prix-sprint", ReplayState.READY)
    assert replay.session.event.circuit.f1_key == 151
    assert replay.capabilities["positions"] == "estimated"
    assert replay.capabilities["timing"] is True
    assert f"/replays/{replay.public_id}/" in out.splitlines()[-1]
    assert "2025 Miami Grand Prix Sprint: loading by FastF1" in out
    assert not err

    assert warm("2025", "6", "Sprint") == ("2025 Miami Grand Prix Sprint: up to date\n", "")
    assert Build.objects.count() == 1


def test_refresh_loads_again_and_changes_nothing_where_the_data_are_the_same(site):
    warm("2025", "miami", "S")

    out, _ = warm("2025", "miami", "S", refresh=True)

    assert "loading by FastF1" in out
    assert "nothing changed" in out
    assert Replay.objects.count() == 1


def test_what_the_import_changed_is_told_and_kept_with_the_build(site):
    first, _ = warm("2025", "miami", "S")
    assert "; catalogue: added circuit 1, driver 20" in first.splitlines()[-1]
    assert "lap 331" in Build.objects.get().report
    session = Session.objects.get(key="2025-miami-grand-prix-sprint")
    session.laps.filter(pk=session.laps.first().pk).delete()
    session.results.filter(position=2).update(points=99)
    session.results.filter(position=1).update(points=99, locked=True)

    again, _ = warm("2025", "miami", "S", refresh=True)

    report = "added lap 1; changed result 1; kept (locked) result 1"
    replay = Replay.objects.get()
    assert again.splitlines()[-1].endswith(f"the same replay: /replays/{replay.public_id}/; catalogue: {report}")
    assert Build.objects.latest("pk").report == report


def test_the_calendar_comes_with_it_and_alone(site):
    out, _ = warm("2024", schedule=True)

    assert "Calendar of 2024: added event 25" in out
    assert Event.objects.filter(season__year=2024).count() == 25
    assert warm("2024", schedule=True)[0] == "Calendar of 2024: nothing changed\n"
    assert not Build.objects.exists()


def test_of_several_sessions_the_others_are_built_when_one_fails(site):
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="1 of 2 sessions failed") as caught:
        call_command("warm_cache", "2024", "Spain", "FP1", "Q", stdout=out, stderr=err)

    assert caught.value.returncode == 1
    assert Replay.objects.get().session.key == "2024-spanish-grand-prix-qualifying"
    assert err.getvalue().startswith("2024 Spanish Grand Prix Practice 1: neither TimingData nor Position.z")
    assert "1 of 2 sessions are ready" in out.getvalue()


def test_without_sessions_all_of_the_event_are_tried(site):
    with pytest.raises(CommandError, match="4 of 5 sessions failed"):
        warm("2024", "british")

    assert Replay.objects.get().session.key == "2024-british-grand-prix-practice-1"


def test_what_is_only_missing_here_is_not_marked_as_failed(site):
    refused("2024", "Spain", "FP1")

    assert Session.objects.get(key="2024-spanish-grand-prix-practice-1").state == SessionState.AVAILABLE


def test_a_rate_limit_ends_it_at_once(site, monkeypatch):
    asked = []

    def limited(*_args, **_kwargs):
        asked.append(1)
        raise RateLimited("200 calls/h")

    monkeypatch.setattr("replays.warming.load_session", limited)

    assert "wait an hour and run the same again" in str(refused("2024", "british"))
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["2025", "Austrlia", "R"], "nearest: Australian Grand Prix, Austrian Grand Prix, United States Grand Prix"),
        (["2025", "99", "R"], "no round 99 in 2025; its rounds are 1 to 24"),
        (["2025", "Australia", "S"], "it has: FP1 (Practice 1)"),
        (["2025", "Australia", "R", "FP9"], "no session 'FP9'"),
        (["1900"], "no season '1900'"),
        (["soon", "Australia", "R"], "no season 'soon'"),
        ([], "give a season"),
    ],
)
def test_what_does_not_exist_is_one_line_and_exit_2(site, args, told):
    error = refused(*args)

    assert error.returncode == 2
    assert told in str(error)
    assert not Build.objects.exists()


def test_options_that_contradict_each_other_are_refused(site, tmp_path):
    assert refused("2025", "Australia", schedule=True).returncode == 2
    assert refused("2025", "Australia", "R", "Q", livetiming=tmp_path / "file").returncode == 2


class Clock(datetime):
    """In the middle of the 2025 season: the Miami sprint has ended 20 minutes ago."""

    @classmethod
    def now(cls, tz=None):
        return datetime(2025, 5, 3, 17, 20, tzinfo=UTC)


@pytest.fixture
def in_may_2025(monkeypatch):
    monkeypatch.setattr("replays.management.commands.warm_cache.datetime", Clock)


def test_a_session_that_is_to_come_says_when(site, in_may_2025):
    error = refused("2025", "miami", "R")

    assert str(error) == "2025 Miami Grand Prix Race is still to come: it starts on 2025-05-04 at 20:00 UTC"
    assert error.returncode == 1


def test_a_session_that_has_just_ended_is_not_published_yet(site, in_may_2025):
    assert "is not published" in str(refused("2025", "miami", "S"))
    assert Session.objects.get(key="2025-miami-grand-prix-sprint").state == SessionState.PENDING


def test_sessions_to_come_are_no_failure_where_the_event_was_asked_for(site, in_may_2025, monkeypatch):
    monkeypatch.setattr("replays.warming.warm", lambda one, *_args, **_kwargs: check(one))

    def check(one):
        from replays.warming import check_published

        check_published(one, None, Clock.now())

    out, err = warm("latest", "latest")

    assert not err
    assert "2025 Miami Grand Prix Practice 1: up to date" in out
    assert "2025 Miami Grand Prix Sprint is not published" in out
    assert "2025 Miami Grand Prix Race is still to come" in out
    assert "2 of 5 sessions are ready" in out


def test_an_event_that_left_the_calendar_was_cancelled(site):
    warm("2025", schedule=True)
    event = Event.objects.create(
        season=Season.objects.get(year=2025),
        key="2025-atlantis-grand-prix",
        name="Atlantis Grand Prix",
        date="2025-08-10",
        round_number=14,
    )
    Session.objects.create(event=event, kind="race", key=f"{event.key}-race", name="Race")

    assert str(refused("2025", "Atlantis", "R")) == "2025 Atlantis Grand Prix was cancelled: there is nothing to load"


def test_a_damaged_feed_is_named_remembered_and_spares_the_old_replay(site, f1_archive, tmp_path, settings):
    warm("2025", "miami", "S")
    replay = Replay.objects.get()

    def cut(folder: Path) -> None:
        file = folder / "TimingData.jsonStream"
        file.write_bytes(file.read_bytes()[:-500])

    settings.FASTF1_CACHE_DIR = cache_of_copy(f1_archive, MIAMI_SPRINT, tmp_path, cut)
    assert "TimingData.jsonStream is damaged" in str(refused("2025", "miami", "S", refresh=True))

    replay.refresh_from_db()
    assert replay.state == ReplayState.READY
    assert replay.session.state == SessionState.AVAILABLE
    assert {path.name for path in site.iterdir()} == {replay.public_id}


def test_a_session_that_was_never_imported_is_marked_with_the_reason(site, f1_archive, tmp_path, settings):
    def empty(folder: Path) -> None:
        for file in folder.iterdir():
            file.write_bytes(b"")

    settings.FASTF1_CACHE_DIR = cache_of_copy(f1_archive, MIAMI_SPRINT, tmp_path, empty)
    refused("2025", "miami", "S")

    session = Session.objects.get(key="2025-miami-grand-prix-sprint")
    assert session.state == SessionState.FAILED
    assert "the session is empty" in session.state_reason


def test_a_cache_folder_that_cannot_be_written_is_one_line(site, tmp_path, settings):
    settings.FASTF1_CACHE_DIR = tmp_path / "file"
    settings.FASTF1_CACHE_DIR.write_text("in the way")

    assert "set FASTF1_CACHE_DIR to a writable folder" in str(refused("2025", "miami", "S"))


def test_a_storage_that_cannot_be_written_is_one_line(site):
    site.write_text("in the way")

    assert "the replay cannot be stored" in str(refused("2025", "miami", "S"))


def test_build_replay_prints_what_it_took_and_skips_what_is_up_to_date(site):
    warm("2025", "miami", "S")
    key = "2025-miami-grand-prix-sprint"
    out = StringIO()

    call_command("build_replay", key, stdout=out)
    assert f"{key} is up to date" in out.getvalue()

    call_command("build_replay", key, force=True, stdout=out)
    last = out.getvalue().splitlines()[-1]
    replay = Replay.objects.get()
    assert last.startswith("loading ")
    assert f"{replay.bytes} bytes, nothing changed: /replays/{replay.public_id}/" in last


def test_build_replay_finds_a_session_whose_event_a_curator_renamed(site):
    warm("2025", "miami", "S")
    Event.objects.filter(key="2025-miami-grand-prix").update(name="Bahrain", locked=True)
    out = StringIO()

    call_command("build_replay", "2025-miami-grand-prix-sprint", force=True, stdout=out)

    assert "nothing changed" in out.getvalue().splitlines()[-1]
    assert Event.objects.get(key="2025-miami-grand-prix").name == "Bahrain"


def test_build_replay_refuses_an_unknown_key(site):
    with pytest.raises(CommandError, match="no session 'nowhere' in the catalogue") as caught:
        call_command("build_replay", "nowhere")

    assert caught.value.returncode == 2


@pytest.mark.slow
def test_a_recorded_file_is_loaded_under_the_name_asked_for_and_again_without_harm(site, tmp_path):
    path = tmp_path / "recorded.txt"
    write_livetiming(simulate_race(), path)

    warm("2025", "Circle Race", "R", livetiming=path)
    replay = Replay.objects.get()
    assert replay.session.key == "2025-circle-race-race"
    assert replay.session.source_kind == "livetiming"
    assert replay.car_count == 20

    assert "nothing changed" in warm("2025", "Circle Race", "R", livetiming=path)[0]


def test_a_recorded_file_that_does_not_say_what_it_is_needs_to_be_told(site, tmp_path):
    path = tmp_path / "recorded.txt"
    path.write_text('["Heartbeat", {}, "2025-05-03T15:00:00.000Z"]\n')

    assert "give YEAR EVENT SESSION" in str(refused(livetiming=path))
    assert "cannot be read" in str(refused(livetiming=tmp_path / "nowhere.txt"))
    assert "no SessionData message" in str(refused("2025", "miami", "S", livetiming=path))


@pytest.mark.slow
def test_ctrl_c_ends_with_130_and_one_line_and_the_next_run_goes_on(fastf1_cache, tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "f1site.settings",
        "ENV_FILE": os.devnull,
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "REPLAY_STORAGE": str(tmp_path / "replays"),
        "FASTF1_CACHE_DIR": str(fastf1_cache),
        "FASTF1_OFFLINE": "true",
    }
    manage = [sys.executable, "-u", str(PROJECT / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True)
    command = [*manage, "warm_cache", "2025", "miami", "S"]

    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    for said in process.stdout:
        if "loading by FastF1" in said:
            process.send_signal(signal.SIGINT)
            break
    _, errors = process.communicate()

    assert process.returncode == 130
    assert errors == "CommandError: interrupted; run the same command again to resume\n"
    assert not list((tmp_path / "replays").rglob("*.*"))
    again = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert again.returncode == 0
    assert "built in" in again.stdout
