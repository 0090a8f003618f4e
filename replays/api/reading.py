"""What views that read artefacts share: finding the replay, files that cannot be read, and labels of answers."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request

from replays.artefact.manifest import UnreadableReplay
from replays.models import Replay
from replays.published import published_replays

logger = logging.getLogger(__name__)


class ReplayUnavailable(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The files of this replay cannot be read; the server's log says why."


def replay_called(replay_id: str) -> Replay:
    """Also one that was replaced since: who watches it may finish. Raises NotFound."""
    replay = published_replays().filter(public_id=replay_id).first()
    if replay is None:
        raise NotFound(f"There is no replay {replay_id}.")
    return replay


@contextmanager
def readable() -> Iterator[None]:
    """Turns UnreadableReplay, which names files, into a problem that names none."""
    try:
        yield
    except UnreadableReplay as error:
        logger.error("unreadable replay: %s", error)
        raise ReplayUnavailable from error


def etag_of(*told: Any) -> str:
    """Of all that decides an answer, made of a replay that never changes. Weak: compression may change the bytes."""
    text = "\0".join(map(str, (settings.APP_VERSION, *told)))
    return f'W/"{sha256(text.encode()).hexdigest()[:32]}"'


def unchanged(request: Request, etag: str, caching: str) -> HttpResponseBase | None:
    """The 304 (or 412) for a client that has the answer of this ETag already; None for others."""
    response = get_conditional_response(request._request, etag=etag)
    return None if response is None else labelled(response, etag, caching)


def labelled(response: HttpResponseBase, etag: str, caching: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Cache-Control"] = caching
    return response
