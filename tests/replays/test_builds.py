import errno
import os
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from replays import builds
from replays.artefact.manifest import MANIFEST, chunk_file
from replays.build_errors import BuildCancelled, BuildFailed, BuildRunning
from replays.builds import build_session_replay, is_intact, load_and_build, ready_replay
from replays.claims import claim_session
from replays.dead_builds import release_dead_builds
from replays.loading.errors import CorruptFeed, RateLimited
from replays.models import Build, BuildState, Replay, ReplayState
from replays.queue import enqueue, request_cancel
from replays.storage import StorageUnavailable, open_manifest, write_artefact
from seasons.catalogue import find_session, import_session
from seasons.models import Session
from seasons.stamps import session_stamps
from tests.replays.synthetic import CIRCLE, circle_event, synthetic_session

pytestmark = pytest.mark.django_db


def quiet(stage: str) -> None:
    pass


def longer_session():
    """The same session as its feeds have it later: a second more."""
    return synthetic_session(duration_s=61)


def folders(storage) -> set[str]:
    return {path.name for path in storage.iterdir()} if storage.exists() else set()


@pytest.fixture
def session(db) -> Session:
    """A session of the catalogue, without a replay."""
    data = synthetic_session()
    import_session(data.session, data.entries, source="fastf1", fastf1_version="3.9.0")
    return find_session(data.session)


def running_build(session: Session, **fields) -> Build:
    """One that another process has claimed."""
    claim = claim_session(session)
    Build.objects.filter(pk=claim.build_pk).update(host="elsewhere", pid=4711, **fields)
    return Build.objects.get(pk=claim.build_pk)


def test_a_loaded_session_becomes_a_ready_replay_with_its_artefact(replay_storage):
    stages = []
    outcome = build_session_replay(synthetic_session(), on_stage=stages.append)

    replay = outcome.replay
    assert outcome.created
    assert stages == ["importing", "building the replay", "storing the replay"]
    assert (replay.state, replay.session.key) == (ReplayState.READY, "2025-circle-grand-prix-race")
    assert folders(replay_storage) == {replay.public_id}
    assert is_intact(replay.public_id)
    document = open_manifest(replay.public_id).document
    assert (replay.t_start_ms, replay.t_end_ms) == (document["t_start_ms"], document["t_end_ms"])
    assert replay.capabilities == document["capabilities"]
    assert replay.bytes == sum(path.stat().st_size for path in replay_storage.rglob("*") if path.is_file())
    build = Build.objects.get()
    assert (build.state, build.replay, build.folder, build.error) == (BuildState.DONE, replay, replay.public_id, "")


def test_the_same_data_again_change_nothing(replay_storage):
    first = build_session_replay(synthetic_session(), on_stage=quiet).replay

    again = build_session_replay(synthetic_session(), on_stage=quiet)

    assert not again.created
    assert not again.report
    assert Replay.objects.get() == first == again.replay


def test_a_replay_that_takes_its_place_renews_the_sessions_stamp_though_the_import_changed_nothing(replay_storage):
    replay = build_session_replay(synthetic_session(), on_stage=quiet).replay
    key = replay.session.key
    replay.delete()
    without = session_stamps([key])[key]

    again = build_session_replay(synthetic_session(), on_stage=quiet)

    assert not again.report
    assert again.created
    assert session_stamps([key])[key] != without
    with_one = session_stamps([key])[key]
    build_session_replay(synthetic_session(), on_stage=quiet)
    assert session_stamps([key])[key] == with_one


def test_other_data_make_a_new_replay_and_keep_the_old_one_playable(replay_storage):
    old = build_session_replay(synthetic_session(), on_stage=quiet).replay

    new = build_session_replay(longer_session(), on_stage=quiet).replay

    old.refresh_from_db()
    assert (old.state, new.state) == (ReplayState.SUPERSEDED, ReplayState.READY)
    assert is_intact(old.public_id)
    assert is_intact(new.public_id)


def test_data_that_were_there_before_bring_the_old_replay_back(replay_storage):
    first = build_session_replay(synthetic_session(), on_stage=quiet).replay
    build_session_replay(longer_session(), on_stage=quiet)

    back = build_session_replay(synthetic_session(), on_stage=quiet)

    assert back.replay == first
    assert Replay.objects.get(state=ReplayState.READY) == first
    assert Replay.objects.count() == 2


def test_the_replay_bears_the_catalogues_key_also_after_the_event_was_renamed(replay_storage):
    build_session_replay(synthetic_session(), on_stage=quiet)

    outcome = build_session_replay(
        synthetic_session(event=replace(CIRCLE, name="Roundabout Grand Prix")), on_stage=quiet
    )

    key = open_manifest(outcome.replay.public_id).document["session"]["key"]
    assert key == outcome.replay.session.key == "2025-circle-grand-prix-race"


@pytest.mark.parametrize("damaged", [chunk_file(9), "events.json.gz", "track.json", MANIFEST])
def test_a_damaged_artefact_is_not_up_to_date_and_is_mended_by_building_again(replay_storage, damaged):
    replay = build_session_replay(synthetic_session(), on_stage=quiet).replay
    file = replay_storage / replay.public_id / damaged
    file.write_bytes(file.read_bytes()[:-1])
    assert ready_replay(replay.session) is None

    again = build_session_replay(synthetic_session(), on_stage=quiet)

    assert again.replay.public_id == replay.public_id
    assert ready_replay(replay.session) == again.replay


def test_an_artefact_that_vanished_is_written_again(replay_storage):
    replay = build_session_replay(synthetic_session(), on_stage=quiet).replay
    for file in (replay_storage / replay.public_id).rglob("*.*"):
        file.unlink()

    build_session_replay(synthetic_session(), on_stage=quiet)

    assert ready_replay(replay.session) is not None


def full_after(files: int, monkeypatch) -> None:
    """The disk is full when so many files were written, in the middle of the next one."""
    save, saved = FileSystemStorage._save, []

    def save_until_full(self, name, content):
        saved.append(name)
        if len(saved) <= files:
            return save(self, name, content)
        half = content.read()[: content.size // 2]
        content.seek(0)
        save(self, name, type(content)(half))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(FileSystemStorage, "_save", save_until_full)


@pytest.mark.parametrize("files", [0, 3, 9])
def test_a_full_disk_leaves_nothing_behind_and_the_old_replay_ready(replay_storage, monkeypatch, files):
    old = build_session_replay(synthetic_session(), on_stage=quiet).replay
    full_after(files, monkeypatch)

    with pytest.raises(StorageUnavailable, match="No space left"):
        build_session_replay(longer_session(), on_stage=quiet)

    assert folders(replay_storage) == {old.public_id}
    assert ready_replay(old.session) == old
    build = Build.objects.latest("pk")
    assert build.state == BuildState.FAILED
    assert "No space left" in build.error


def test_a_storage_that_cannot_be_written_is_one_clear_error(replay_storage):
    replay_storage.write_text("a file where the folder should be")

    with pytest.raises(StorageUnavailable, match="cannot be stored"):
        build_session_replay(synthetic_session(), on_stage=quiet)

    assert Build.objects.get().state == BuildState.FAILED
    assert not Replay.objects.exists()


@pytest.mark.parametrize("stage", ["building the replay", "storing the replay"])
def test_ctrl_c_leaves_nothing_behind_and_the_old_replay_ready(replay_storage, stage):
    old = build_session_replay(synthetic_session(), on_stage=quiet).replay

    def interrupt(now: str) -> None:
        if now == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_session_replay(longer_session(), on_stage=interrupt)

    assert folders(replay_storage) == {old.public_id}
    assert ready_replay(old.session) == old
    assert Build.objects.latest("pk").error == "interrupted"


def test_ctrl_c_while_files_are_written_removes_them(replay_storage, monkeypatch):
    save = FileSystemStorage._save

    def save_and_interrupt(self, name, content):
        if name.endswith("track.json"):
            raise KeyboardInterrupt
        return save(self, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", save_and_interrupt)

    with pytest.raises(KeyboardInterrupt):
        build_session_replay(synthetic_session(), on_stage=quiet)

    assert not folders(replay_storage)


def test_a_session_without_a_moment_to_play_fails_with_a_reason(replay_storage):
    data = synthetic_session()
    nothing = replace(data, positions=None, cars=None, laps=(), start_ms=None)

    with pytest.raises(BuildFailed, match="no replay can be built of"):
        build_session_replay(nothing, on_stage=quiet)

    assert Build.objects.get().state == BuildState.FAILED
    assert not folders(replay_storage)


def test_a_session_that_is_being_built_elsewhere_is_told_with_who_and_since_when(replay_storage, session):
    other = running_build(session)

    with pytest.raises(BuildRunning, match=rf"4711 on elsewhere since {other.started_at:%H:%M:%S}"):
        build_session_replay(synthetic_session(), on_stage=quiet)

    other.refresh_from_db()
    assert other.state == BuildState.RUNNING


def test_a_dead_build_is_taken_over_by_who_builds_the_session_next(replay_storage, session):
    running_build(session, lease_until=timezone.now() - timedelta(seconds=1), folder="halfwritten00000")
    half = replay_storage / "halfwritten00000" / "chunks"
    half.mkdir(parents=True)
    (half / "0009.bin").write_bytes(b"half")

    outcome = build_session_replay(synthetic_session(), on_stage=quiet)

    build = Build.objects.get()
    assert (build.state, build.replay, build.attempts) == (BuildState.DONE, outcome.replay, 2)
    assert folders(replay_storage) == {outcome.replay.public_id}


def test_a_waiting_build_is_taken_over_by_who_builds_the_session(replay_storage, session):
    build, _ = enqueue(session, requested_by="curator")

    outcome = build_session_replay(synthetic_session(), on_stage=quiet)

    build.refresh_from_db()
    assert (build.state, build.replay, build.requested_by) == (BuildState.DONE, outcome.replay, "curator")
    assert Build.objects.count() == 1


@pytest.mark.parametrize(
    ("error", "state", "attempts"),
    [
        (KeyboardInterrupt(), BuildState.QUEUED, 0),
        (RateLimited("200 calls/h"), BuildState.QUEUED, 0),
        (CorruptFeed("TimingData", "cut off"), BuildState.FAILED, 1),
    ],
)
def test_what_somebody_asked_for_goes_on_waiting_where_a_command_did_not_get_it_done(session, error, state, attempts):
    build, _ = enqueue(session, requested_by="curator")

    def load(on_stage):
        raise error

    with pytest.raises(type(error)):
        load_and_build(session, load, on_stage=quiet)

    build.refresh_from_db()
    assert (build.state, build.attempts) == (state, attempts)


def test_a_session_is_claimed_before_it_is_loaded_and_its_stages_are_told(replay_storage, session):
    seen = []

    def load(on_stage):
        on_stage("loading by FastF1")
        seen.append(Build.objects.values_list("state", "stage", "progress").get())
        with pytest.raises(BuildRunning):
            claim_session(session)
        return synthetic_session()

    outcome = load_and_build(session, load, on_stage=quiet)

    assert seen == [(BuildState.RUNNING, "loading by FastF1", 0.15)]
    build = Build.objects.get()
    assert (build.state, build.progress, build.replay) == (BuildState.DONE, 1.0, outcome.replay)


def test_data_of_another_session_than_the_one_claimed_are_refused(replay_storage, session):
    with pytest.raises(BuildFailed, match="another session than the one to be built"):
        load_and_build(session, lambda say: synthetic_session(event=circle_event(2)), on_stage=quiet)

    assert Build.objects.get().state == BuildState.FAILED


def test_a_cancelled_build_ends_at_its_next_stage(replay_storage, session):
    def load(on_stage):
        request_cancel(Build.objects.get())
        return synthetic_session()

    with pytest.raises(BuildCancelled):
        load_and_build(session, load, on_stage=quiet)

    assert Build.objects.get().state == BuildState.CANCELLED
    assert not folders(replay_storage)


@pytest.mark.parametrize("state", [ReplayState.READY, ReplayState.SUPERSEDED])
def test_the_end_of_a_dead_build_never_removes_a_replay(replay_storage, state):
    replay = build_session_replay(synthetic_session(), on_stage=quiet).replay
    Replay.objects.update(state=state)
    running_build(replay.session, lease_until=timezone.now() - timedelta(seconds=1), folder=replay.public_id)

    assert release_dead_builds() == 1

    assert is_intact(replay.public_id)


def test_a_build_that_was_given_up_in_between_does_not_swap_its_replay_in(replay_storage, monkeypatch):
    old = build_session_replay(synthetic_session(), on_stage=quiet).replay

    def given_up_while_writing(folder, files):
        write_artefact(folder, files)
        Build.objects.filter(state=BuildState.RUNNING).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert release_dead_builds() == 1

    monkeypatch.setattr(builds, "write_artefact", given_up_while_writing)

    with pytest.raises(BuildFailed, match="given up"):
        build_session_replay(longer_session(), on_stage=quiet)

    assert ready_replay(old.session) == old
    assert folders(replay_storage) == {old.public_id}


def test_a_replay_of_another_schema_version_is_not_up_to_date(replay_storage):
    replay = build_session_replay(synthetic_session(), on_stage=quiet).replay
    Replay.objects.update(schema_version=replay.schema_version + 1)

    assert ready_replay(replay.session) is None
