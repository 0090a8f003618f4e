"""The files of a replay's artefact over HTTP, checked against the manifest before they are sent."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import orjson
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from replays import storage
from replays.api.views import ReplayView
from replays.artefact.manifest import (
    EVENTS,
    MANIFEST,
    TRACK,
    UnreadableReplay,
    check_hash,
    chunk_file,
    file_hash,
    read_manifest,
)

logger = logging.getLogger(__name__)

ASK_AGAIN = "public, no-cache"
FOR_EVER = "public, max-age=31536000, immutable"


class ReplayUnavailable(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The files of this replay cannot be read; the server's log says why."


class ManifestView(ReplayView):
    def get(self, request: Request, replay_id: str) -> HttpResponseBase:
        replay = self.replay(replay_id)
        with readable():
            data = storage.read_file(replay.public_id, MANIFEST)
            read_manifest(data)
        return unchanged(request, sha256(data).hexdigest()) or json_file(data, sha256(data).hexdigest())


class TrackView(ReplayView):
    def get(self, request: Request, replay_id: str) -> HttpResponseBase:
        replay = self.replay(replay_id)
        with readable():
            manifest = storage.open_manifest(replay.public_id)
            digest = file_hash(manifest.document, TRACK)
            return unchanged(request, digest) or json_file(storage.read_track(replay.public_id, manifest), digest)


class EventsView(ReplayView):
    """A list, in time order; `t_ms` is session time."""

    def get(self, request: Request, replay_id: str) -> HttpResponseBase:
        replay = self.replay(replay_id)
        with readable():
            manifest = storage.open_manifest(replay.public_id)
            digest = file_hash(manifest.document, EVENTS)
            if response := unchanged(request, digest):
                return response
            return json_file(orjson.dumps(storage.read_events(replay.public_id, manifest)), digest)


class ChunkView(ReplayView):
    """A chunk as it is stored: gzip whatever the client says it accepts."""

    def get(self, request: Request, replay_id: str, number: str) -> HttpResponseBase:
        replay = self.replay(replay_id)
        with readable():
            manifest = storage.open_manifest(replay.public_id)
            index = int(number) - manifest.first_chunk
            if not 0 <= index < len(manifest.chunk_sha256):
                last = manifest.first_chunk + len(manifest.chunk_sha256) - 1
                raise Http404(f"This replay has the chunks {manifest.first_chunk} to {last}.")
            digest = manifest.chunk_sha256[index]
            if response := unchanged(request, digest, FOR_EVER):
                return response
            name = chunk_file(int(number))
            data = storage.read_file(replay.public_id, name)
            check_hash(name, data, digest)
        response = HttpResponse(data, content_type="application/octet-stream")
        response["Content-Encoding"] = "gzip"
        return cached(response, digest, FOR_EVER)


@contextmanager
def readable() -> Iterator[None]:
    """Turns UnreadableReplay, which names files, into a problem that names none."""
    try:
        yield
    except UnreadableReplay as error:
        logger.error("unreadable replay: %s", error)
        raise ReplayUnavailable from error


def unchanged(request: Request, digest: str, caching: str = ASK_AGAIN) -> HttpResponseBase | None:
    """The 304 (or 412) for a client that has the file of this SHA-256 already; None for others."""
    response = get_conditional_response(request._request, etag=f'"{digest}"')
    return None if response is None else cached(response, digest, caching)


def json_file(data: bytes, digest: str) -> HttpResponseBase:
    return cached(HttpResponse(data, content_type="application/json"), digest, ASK_AGAIN)


def cached(response: HttpResponseBase, digest: str, caching: str) -> HttpResponseBase:
    response["ETag"] = f'"{digest}"'
    response["Cache-Control"] = caching
    return response
