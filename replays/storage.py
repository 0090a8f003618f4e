"""Where artefacts lie: one folder a replay, in the Django storage `replays`.

The manifest is written last: a folder without one is no replay. Reading is blocking; in the loop, use a thread.
"""

import gzip
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

import orjson
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from replays.artefact.manifest import (
    EVENTS,
    MANIFEST,
    TRACK,
    Manifest,
    UnreadableReplay,
    check_hash,
    file_hash,
    read_manifest,
)
from replays.timeline import Timeline


class StorageUnavailable(Exception):
    """The storage cannot be written; the message is one line."""


def write_artefact(replay_id: str, files: Mapping[str, bytes]) -> None:
    """Store `files` (path below the replay's folder: bytes) as the replay `replay_id`.

    Nothing is left behind where it fails. Raises StorageUnavailable. A replay that is there already stays as it
    is: its id is made of its content.
    """
    try:
        if has_artefact(replay_id):
            return
        delete_artefact(replay_id)  # what an interrupted write left
    except OSError as error:
        raise StorageUnavailable(f"the replay cannot be stored: {error.strerror or error}") from None
    try:
        for name in sorted(files, key=lambda name: name == MANIFEST):
            _save(f"{replay_id}/{name}", files[name])
    except OSError as error:
        with suppress(OSError):
            delete_artefact(replay_id)
        raise StorageUnavailable(f"the replay cannot be stored: {error.strerror or error}") from None
    except BaseException:
        with suppress(OSError):
            delete_artefact(replay_id)
        raise


def has_artefact(replay_id: str) -> bool:
    return _storage().exists(f"{replay_id}/{MANIFEST}")


def delete_artefact(replay_id: str) -> None:
    """Remove a replay's folder, the manifest first; nothing happens where there is none."""
    storage = _storage()
    storage.delete(f"{replay_id}/{MANIFEST}")
    for folder in (f"{replay_id}/chunks", replay_id):
        try:
            files = storage.listdir(folder)[1]
        except (FileNotFoundError, NotADirectoryError):
            continue
        for name in files:
            storage.delete(f"{folder}/{name}")
        storage.delete(folder)


def read_file(replay_id: str, name: str) -> bytes:
    """The bytes of a file of a replay; raises UnreadableReplay where it is missing or cannot be read."""
    try:
        with _storage().open(f"{replay_id}/{name}") as file:
            return cast("bytes", file.read())
    except OSError as error:
        raise UnreadableReplay(f"{replay_id}/{name}: {error.strerror or error}") from None


def open_manifest(replay_id: str) -> Manifest:
    """Raises UnreadableReplay for one that is missing, damaged or of another schema version."""
    return read_manifest(read_file(replay_id, MANIFEST))


def open_timeline(replay_id: str) -> Timeline:
    return Timeline(open_manifest(replay_id), lambda name: read_file(replay_id, name))


def read_events(replay_id: str, manifest: Manifest) -> list[dict[str, Any]]:
    """The events of a replay in time order; raises UnreadableReplay."""
    data = read_file(replay_id, EVENTS)
    check_hash(EVENTS, data, file_hash(manifest.document, EVENTS))
    return cast("list[dict[str, Any]]", orjson.loads(gzip.decompress(data)))


def read_track(replay_id: str, manifest: Manifest) -> bytes:
    """The track as JSON; raises UnreadableReplay."""
    data = read_file(replay_id, TRACK)
    check_hash(TRACK, data, file_hash(manifest.document, TRACK))
    return data


def _save(name: str, data: bytes) -> None:
    stored = _storage().save(name, ContentFile(data))
    if stored != name:
        _storage().delete(stored)
        raise FileExistsError(0, f"{name} is in the way")


def _storage() -> Storage:
    return storages["replays"]
