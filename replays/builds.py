"""From a loaded session to a replay that can be played: catalogue, artefact, rows. For commands and workers.

At every moment a session has its old replay or its new one. Whatever ends a build halfway (an error, Ctrl-C, a
kill) leaves the old one as it was; what was written by then is removed, at once or by the next sweep.
"""

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256

from replays.artefact import model
from replays.artefact.manifest import MANIFEST, Manifest, UnreadableReplay, chunk_file, pack, read_manifest
from replays.attempts import reason_of, settle
from replays.build.assemble import build_replay
from replays.build_errors import BuildCancelled, BuildFailed
from replays.build_progress import BuildProgress
from replays.claims import Claim, claim_session
from replays.dead_builds import release_dead_builds
from replays.loading.session_data import SessionData
from replays.models import Replay, ReplayState
from replays.models.replay import PUBLIC_ID_LENGTH
from replays.stages import BUILDING, IMPORTING, STORING
from replays.storage import StorageUnavailable, delete_artefact, has_artefact, read_file, write_artefact
from seasons.catalogue import find_session, import_session
from seasons.import_report import ImportReport
from seasons.models import Session
from seasons.records import SessionRows
from seasons.stamps import one_touch, touch_session

OnStage = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """`created` is false where the session's replay was already what was built. `report` is the catalogue's."""

    replay: Replay
    created: bool
    report: ImportReport


def build_session_replay(data: SessionData, *, on_stage: OnStage) -> BuildOutcome:
    """Import the session into the catalogue, build its replay and make it the one that is played.

    `on_stage` is told each step. Raises BuildRunning, BuildFailed, BuildCancelled, StorageUnavailable; the replay
    that was there is then still ready.
    """
    on_stage(IMPORTING)
    session, report = import_loaded(data)
    with own_attempt(session) as claim:
        claim.tell_import(report)
        replay, created = _build(claim, session, data, BuildProgress(claim, on_stage).stage)
    return BuildOutcome(replay, created, report)


def load_and_build(
    session: Session | None, load: Callable[[OnStage], SessionData], *, on_stage: OnStage
) -> BuildOutcome:
    """The same for a session that is still to be loaded: where it is known before, nobody else begins it meanwhile.

    `load` is given whom to tell its steps. Raises what it raises, too.
    """
    if session is None:
        return build_session_replay(load(on_stage), on_stage=on_stage)
    with own_attempt(session) as claim:
        progress = BuildProgress(claim, on_stage)
        return build_claimed(claim, load(progress.stage), on_stage=progress.stage)


def build_claimed(claim: Claim, data: SessionData, *, on_stage: OnStage) -> BuildOutcome:
    """The same for a build that is `claim`ed, and whose progress `on_stage` writes.

    Raises BuildFailed, BuildCancelled, StorageUnavailable, and leaves it to the caller to give the build up.
    """
    on_stage(IMPORTING)
    session, report = import_loaded(data)
    if not claim.rows().filter(session=session).exists():
        raise BuildFailed(f"what was loaded is {session}, which is another session than the one to be built")
    claim.tell_import(report)
    replay, created = _build(claim, session, data, on_stage)
    return BuildOutcome(replay, created, report)


def import_loaded(data: SessionData) -> tuple[Session, ImportReport]:
    """Put all that is known of a loaded session into the catalogue. Raises BuildFailed."""
    try:
        report = import_session(
            data.session,
            data.entries,
            source=data.provenance.kind,
            fastf1_version=data.provenance.fastf1_version,
            rows=_session_rows(data),
        )
    except ValueError as error:
        raise BuildFailed(f"the session makes no sense: {error}") from error
    session = find_session(data.session)
    assert session is not None
    return session, report


@contextmanager
def own_attempt(session: Session) -> Iterator[Claim]:
    """This process builds `session`, for whoever started it: an error is for that one to see, and ends the build.

    A build that somebody else had asked for goes on waiting instead, where that makes sense. Raises BuildRunning.
    """
    release_dead_builds(session)
    claim = claim_session(session)
    try:
        yield claim
    except BaseException as error:
        if claim.was_queued:
            settle(claim, error)
        elif isinstance(error, BuildCancelled):
            claim.cancelled()
        else:
            claim.failed(reason_of(error))
        raise


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


def _session_rows(data: SessionData) -> SessionRows:
    return SessionRows(
        laps=data.laps,
        track_status=data.track_status,
        session_status=data.session_status,
        race_control=data.race_control,
        weather=data.weather,
    )


def _build(claim: Claim, session: Session, data: SessionData, on_stage: OnStage) -> tuple[Replay, bool]:
    began = time.monotonic()
    on_stage(BUILDING)
    files = _packed(data, session)
    replay_id = content_id(files[MANIFEST])
    claim.tell(folder=replay_id)  # before anything is written, so that whoever takes over knows what to remove
    on_stage(STORING)
    ready = Replay.objects.filter(session=session, state=ReplayState.READY).first()
    intact = is_intact(replay_id)
    if ready is not None and ready.public_id == replay_id and intact:
        claim.done(ready)
        return ready, False
    try:
        if not intact and has_artefact(replay_id):
            delete_artefact(replay_id)  # damaged: write_artefact would leave it so
        write_artefact(replay_id, files)
    except OSError as error:
        raise StorageUnavailable(f"the replay cannot be stored: {error.strerror or error}") from None
    return _swap_in(claim, session, replay_id, files, time.monotonic() - began), True


def _packed(data: SessionData, session: Session) -> Mapping[str, bytes]:
    """The files of the artefact; it calls the session what the catalogue does, which keeps an event's first name."""
    try:
        replay = build_replay(data)
        named = {**replay.header, "session": {**replay.header["session"], "key": session.key}}
        return pack(replace(replay, header=named))
    except Exception as error:
        raise BuildFailed(f"no replay can be built of {session} ({type(error).__name__}: {error})") from error


def _swap_in(
    claim: Claim, session: Session, replay_id: str, files: Mapping[str, bytes], build_seconds: float
) -> Replay:
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
    with one_touch():
        others = Replay.objects.filter(session=session, state=ReplayState.READY).exclude(public_id=replay_id)
        others.update(state=ReplayState.SUPERSEDED)
        replay, _ = Replay.objects.update_or_create(
            public_id=replay_id, session=session, defaults=fields, create_defaults=fields
        )
        claim.done(replay)
        touch_session(session.pk)
    return replay
