"""From a loaded session to a replay that can be played: catalogue, artefact, rows. For commands and workers.

At every moment a session has its old replay or its new one. Whatever ends a build halfway (an error, Ctrl-C, a
kill) leaves the old one as it was; what was written by then is removed, at once or by the next sweep.
"""

import base64
import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone

from replays.artefact import model
from replays.artefact.manifest import MANIFEST, Manifest, UnreadableReplay, chunk_file, pack, read_manifest
from replays.build.assemble import build_replay
from replays.dead_builds import remove_unfinished, sweep_dead_builds
from replays.loading.session_data import SessionData
from replays.models import Build, BuildState, Replay, ReplayState
from replays.models.replay import PUBLIC_ID_LENGTH
from replays.storage import StorageUnavailable, delete_artefact, has_artefact, read_file, write_artefact
from seasons.catalogue import find_session, import_session
from seasons.import_report import ImportReport
from seasons.models import Session

OnStage = Callable[[str], None]


class BuildRunning(Exception):
    """Somebody else is building this session; the message is one line."""

    def __init__(self, build: Build) -> None:
        super().__init__(
            f"{build.session} is being built already, by process {build.pid} on {build.host} since "
            f"{build.started_at:%H:%M:%S} UTC: wait for it"
        )


class BuildFailed(Exception):
    """The session was loaded, but no replay can be made of it; the message is one line."""


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """`created` is false where the session's replay was already what was built. `report` is the catalogue's."""

    replay: Replay
    created: bool
    report: ImportReport


def build_session_replay(data: SessionData, *, on_stage: OnStage) -> BuildOutcome:
    """Import the session into the catalogue, build its replay and make it the one that is played.

    `on_stage` is told each step. Raises BuildRunning, BuildFailed, StorageUnavailable; the replay that was there
    is then still ready.
    """
    sweep_dead_builds()
    on_stage("importing")
    try:
        report = import_session(
            data.session, data.entries, source=data.provenance.kind, fastf1_version=data.provenance.fastf1_version
        )
    except ValueError as error:
        raise BuildFailed(f"the session makes no sense: {error}") from error
    session = find_session(data.session)
    assert session is not None
    build = _begin(session)
    try:
        replay, created = _build(build, data, on_stage)
    except BaseException as error:
        _fail(build, error)
        raise
    return BuildOutcome(replay, created, report)


def ready_replay(session: Session) -> Replay | None:
    """The replay of `session` that can be played as it is: of this schema version, and every file undamaged."""
    replay = session.replays.filter(state=ReplayState.READY, schema_version=model.SCHEMA_VERSION).first()
    return replay if replay is not None and is_intact(replay.public_id) else None


def is_intact(replay_id: str) -> bool:
    """Whether all files of a stored artefact are there and are what its id and its manifest say."""
    try:
        data = read_file(replay_id, MANIFEST)
        if content_id(data) != replay_id:
            return False
        hashes = _file_hashes(read_manifest(data))
        return all(sha256(read_file(replay_id, name)).hexdigest() == expected for name, expected in hashes.items())
    except UnreadableReplay:
        return False


def content_id(manifest: bytes) -> str:
    """The id of the replay with that manifest, which holds the hashes of all other files: 80 bits of base 32."""
    return base64.b32encode(sha256(manifest).digest()).decode().lower()[:PUBLIC_ID_LENGTH]


def _file_hashes(manifest: Manifest) -> dict[str, str]:
    chunks = enumerate(manifest.chunk_sha256, start=manifest.first_chunk)
    others = manifest.document["files"].items()
    return {chunk_file(n): digest for n, digest in chunks} | {name: entry["sha256"] for name, entry in others}


def _begin(session: Session) -> Build:
    try:
        with transaction.atomic():
            return Build.objects.create(
                session=session, host=socket.gethostname(), pid=os.getpid(), heartbeat_at=timezone.now()
            )
    except IntegrityError:
        running = Build.objects.filter(session=session, state=BuildState.RUNNING).select_related("session").first()
        if running is None:  # it ended between the two statements
            return _begin(session)
        raise BuildRunning(running) from None


def _build(build: Build, data: SessionData, on_stage: OnStage) -> tuple[Replay, bool]:
    began = time.monotonic()
    _enter(build, "building the replay", on_stage)
    files = _packed(data, build.session)
    _enter(build, "storing the replay", on_stage, folder=content_id(files[MANIFEST]))
    ready = Replay.objects.filter(session=build.session, state=ReplayState.READY).first()
    intact = is_intact(build.folder)
    if ready is not None and ready.public_id == build.folder and intact:
        with transaction.atomic():
            _finish(build, ready)
        return ready, False
    try:
        if not intact and has_artefact(build.folder):
            delete_artefact(build.folder)  # damaged: write_artefact would leave it so
        write_artefact(build.folder, files)
    except OSError as error:
        raise StorageUnavailable(f"the replay cannot be stored: {error.strerror or error}") from None
    return _swap_in(build, files, time.monotonic() - began), True


def _packed(data: SessionData, session: Session) -> Mapping[str, bytes]:
    """The files of the artefact; it calls the session what the catalogue does, which keeps an event's first name."""
    try:
        replay = build_replay(data)
        named = {**replay.header, "session": {**replay.header["session"], "key": session.key}}
        return pack(replace(replay, header=named))
    except Exception as error:
        raise BuildFailed(f"no replay can be built of {session} ({type(error).__name__}: {error})") from error


def _swap_in(build: Build, files: Mapping[str, bytes], build_seconds: float) -> Replay:
    document = read_manifest(files[MANIFEST]).document
    fields = {
        "state": ReplayState.READY,
        "schema_version": document["schema"],
        "source_sha256": document["source"]["sha256"],
        "t_start_ms": document["t_start_ms"],
        "t_end_ms": document["t_end_ms"],
        "lights_out_ms": document["lights_out_ms"],
        "laps": document["laps"],
        "car_count": len(document["cars"]),
        "capabilities": document["capabilities"],
        "quality": document["quality"],
        "bytes": sum(map(len, files.values())),
        "build_seconds": build_seconds,
    }
    with transaction.atomic():
        others = Replay.objects.filter(session=build.session, state=ReplayState.READY).exclude(public_id=build.folder)
        others.update(state=ReplayState.SUPERSEDED)
        replay, _ = Replay.objects.update_or_create(
            public_id=build.folder, session=build.session, defaults=fields, create_defaults=fields
        )
        _finish(build, replay)
    return replay


def _enter(build: Build, stage: str, on_stage: OnStage, *, folder: str = "") -> None:
    """Say what comes next. The folder is noted before anything is written, so that a sweep knows what to remove."""
    build.stage, build.folder, build.heartbeat_at = stage, folder, timezone.now()
    _update_running(build, stage=stage, folder=folder, heartbeat_at=build.heartbeat_at)
    on_stage(stage)


def _finish(build: Build, replay: Replay) -> None:
    _update_running(build, state=BuildState.DONE, stage="done", finished_at=timezone.now(), replay=replay)


def _update_running(build: Build, **fields: object) -> None:
    """Raises BuildFailed where a sweep took this process for dead: its folder may be gone, another may build."""
    if not Build.objects.filter(pk=build.pk, state=BuildState.RUNNING).update(**fields):
        raise BuildFailed(f"{build.session}: the build stood still for too long and was given up")


def _fail(build: Build, error: BaseException) -> None:
    reason = str(error) if isinstance(error, BuildFailed | StorageUnavailable) else f"{type(error).__name__}: {error}"
    if isinstance(error, KeyboardInterrupt):
        reason = "interrupted"
    ours = Build.objects.filter(pk=build.pk, state=BuildState.RUNNING).update(
        state=BuildState.FAILED, error=reason[: Build._meta.get_field("error").max_length], finished_at=timezone.now()
    )
    if ours:
        with suppress(OSError):  # what failed before: that is what is told
            remove_unfinished(build.folder)
