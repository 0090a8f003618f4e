"""The files of a replay's artefact over HTTP, checked against the manifest before they are sent."""

from hashlib import sha256
from typing import Any

import orjson
from django.http import HttpResponse, HttpResponseBase
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from core.api.freshness import ASK_AGAIN
from core.api.parameters import check_names
from core.api.views import PublicView
from replays import storage
from replays.api import operations
from replays.api.reading import labelled, readable, replay_called, unchanged
from replays.artefact.manifest import EVENTS, MANIFEST, TRACK, check_hash, chunk_file, file_hash, read_manifest

FOR_EVER = "public, max-age=31536000, immutable"


class FileView(PublicView):
    """A file of a replay; takes no parameters."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_names(request.query_params, ())


class ManifestView(FileView):
    """The manifest of a replay's artefact, as stored."""

    described = operations.MANIFEST

    def get(self, request: Request, replay_id: str) -> HttpResponseBase:
        replay = replay_called(replay_id)
        with readable():
            data = storage.read_file(replay.public_id, MANIFEST)
            read_manifest(data)
        etag = file_etag(sha256(data).hexdigest())
        return unchanged(request, etag, ASK_AGAIN) or json_file(data, etag)


class TrackView(FileView):
    """Outline, start and finish, sectors and corners of the track, as stored."""

    described = operations.TRACK

    def get(self, request: Request, replay_id: str) -> HttpResponseBase:
        replay = replay_called(replay_id)
        with readable():
            manifest = storage.open_manifest(replay.public_id)
            etag = file_etag(file_hash(manifest.document, TRACK))
            if response := unchanged(request, etag, ASK_AGAIN):
                return response
            return json_file(storage.read_track(replay.public_id, manifest), etag)


class EventsView(FileView):
    """All events of a replay, in time order; `t_ms` is session time in milliseconds."""

    described = operations.EVENTS

    def get(self, request: Request, replay_id: str) -> HttpResponseBase:
        replay = replay_called(replay_id)
        with readable():
            manifest = storage.open_manifest(replay.public_id)
            etag = file_etag(file_hash(manifest.document, EVENTS))
            if response := unchanged(request, etag, ASK_AGAIN):
                return response
            return json_file(orjson.dumps(storage.read_events(replay.public_id, manifest)), etag)


class QualityView(FileView):
    """What is known to be less than whole in a replay."""

    described = operations.QUALITY

    def get(self, request: Request, replay_id: str) -> HttpResponseBase:
        data = orjson.dumps(replay_called(replay_id).quality)
        etag = file_etag(sha256(data).hexdigest())
        return unchanged(request, etag, ASK_AGAIN) or json_file(data, etag)


class ChunkView(FileView):
    """Ten seconds of native samples, as stored: gzip, whatever the client says it accepts."""

    described = operations.CHUNK

    def get(self, request: Request, replay_id: str, number: str) -> HttpResponseBase:
        replay = replay_called(replay_id)
        with readable():
            manifest = storage.open_manifest(replay.public_id)
            index = int(number) - manifest.first_chunk
            if not 0 <= index < len(manifest.chunk_sha256):
                last = manifest.first_chunk + len(manifest.chunk_sha256) - 1
                raise NotFound(f"This replay has the chunks {manifest.first_chunk} to {last}.")
            digest = manifest.chunk_sha256[index]
            if response := unchanged(request, file_etag(digest), FOR_EVER):
                return response
            name = chunk_file(int(number))
            data = storage.read_file(replay.public_id, name)
            check_hash(name, data, digest)
        response = HttpResponse(data, content_type="application/octet-stream")
        response["Content-Encoding"] = "gzip"
        return labelled(response, file_etag(digest), FOR_EVER)


def file_etag(digest: str) -> str:
    """Strong: these are the stored bytes, or always the same ones made of them."""
    return f'"{digest}"'


def json_file(data: bytes, etag: str) -> HttpResponseBase:
    return labelled(HttpResponse(data, content_type="application/json"), etag, ASK_AGAIN)
