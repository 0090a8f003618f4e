"""Sampled frames of a replay, for notebooks: the numbers that a socket sends, without the waiting."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import orjson
from django.http import HttpResponseBase
from rest_framework.request import Request

from core.api.columns import Row
from core.api.csv import csv_response
from core.api.parameters import Refusals, check_names, chosen
from core.api.streaming import streamed
from core.api.views import FORMAT, FORMATS, PublicView
from replays import storage
from replays.api import operations
from replays.api.frames_query import CARS, COLUMNS, FPS, FROM, TO, FramesQuery, read_frames_query
from replays.api.moments import sampled
from replays.api.reading import etag_of, labelled, readable, replay_called, unchanged
from replays.artefact.manifest import Manifest
from replays.columns import BY_NAME
from replays.playing.encoding import plain_frames
from replays.timeline import Timeline
from seasons.api.freshness import A_MINUTE

FRAMES_A_PART = 50

Frame = dict[str, Any]


class FramesView(PublicView):
    """The frames of a replay at a steady rate between two moments, at most 10,000 a call.

    As JSON in the form that the socket's `frames` have, or as CSV with a row for each frame and car.
    """

    described = operations.FRAMES

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_names(request.query_params, (FROM, TO, FPS, CARS, COLUMNS, FORMAT))

    def get(self, request: Request, replay_id: str) -> HttpResponseBase:
        replay = replay_called(replay_id)
        with readable():
            timeline = storage.open_timeline(replay.public_id)
        wrong = Refusals()
        form = wrong.attempt(partial(chosen, request.query_params, FORMAT, FORMATS), FORMATS[0])
        query = read_frames_query(request.query_params, timeline.manifest, wrong)
        etag = etag_of(replay.public_id, form, query)
        if response := unchanged(request, etag, A_MINUTE):
            return response
        made = parts(timeline, query) if request.method == "GET" else iter(())  # nobody reads them
        if form == "csv":
            names = ["t", "leader_lap", "driver_number", *query.columns]
            numbers = [timeline.manifest.cars[place]["number"] for place in query.cars]
            response = csv_response(
                names, (rows_of_frames(part, numbers) for part in made), f"{replay.public_id}-frames"
            )
        else:
            response = streamed(
                json_texts(header(replay.public_id, timeline.manifest, query), made), "application/json"
            )
        return labelled(response, etag, A_MINUTE)


def header(replay_id: str, manifest: Manifest, query: FramesQuery) -> dict[str, Any]:
    """What the values of the frames are, and of whom; as the socket's `hello` says it."""
    return {
        "replay": replay_id,
        "from": query.from_ms / 1000,
        "to": query.to_ms / 1000,
        "fps": query.fps,
        "count": query.count,
        "cars": [manifest.cars[place] for place in query.cars],
        "columns": [BY_NAME[name].described() for name in query.columns],
    }


def parts(timeline: Timeline, query: FramesQuery) -> Iterator[list[Frame]]:
    """The frames, some at a time. Raises ReplayUnavailable."""
    for t_ms in query.instants_ms(FRAMES_A_PART):
        with readable():
            rows, laps = sampled(timeline, t_ms)
        yield plain_frames(t_ms, laps, rows[:, list(query.cars)], query.columns)


def json_texts(head: dict[str, Any], frames: Iterator[list[Frame]]) -> Iterator[bytes]:
    """One object: what `head` says, then `frames`."""
    text = orjson.dumps(head)[:-1] + b',"frames":['
    for part in frames:
        yield text + orjson.dumps(part)[1:-1]
        text = b","
    yield b"]}"


def rows_of_frames(frames: Sequence[Frame], numbers: Sequence[str]) -> list[Row]:
    """A row for each frame and car; `numbers` are the cars'."""
    return [
        (frame["t"], frame["lap"], number, *values)
        for frame in frames
        for number, values in zip(numbers, frame["cars"], strict=True)
    ]
