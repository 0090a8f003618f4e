"""The timing tower of a session at a moment."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from django.http import HttpResponseBase
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.csv import csv_response
from core.api.parameters import Refusals, check_names, chosen
from core.api.views import FORMAT, FORMATS, PublicView
from replays import storage
from replays.api import operations
from replays.api.moments import in_words, moment_ms, sampled
from replays.api.playable import playable_replay
from replays.api.reading import readable
from replays.artefact.manifest import Manifest
from replays.playing.encoding import values
from seasons.api.names import SESSIONS

MOMENT = "t"
SAMPLED = ("gap", "interval", "lap", "tyre", "tyre_age", "status")
NAMED = ("position", "code", "driver_number", *SAMPLED)

Car = dict[str, Any]


class OrderView(PublicView):
    """Who was where at `t`, first place first. Nothing in it depends on what came later.

    It is the frame that a socket shows at that moment, of the replay that is ready.
    """

    described = operations.ORDER

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_names(request.query_params, (MOMENT, FORMAT))

    def get(self, request: Request, session_name: str) -> HttpResponseBase:
        replay_id = replay_of(session_name)
        with readable():
            timeline = storage.open_timeline(replay_id)
        wrong = Refusals()
        form = wrong.attempt(partial(chosen, request.query_params, FORMAT, FORMATS), FORMATS[0])
        t_ms = read_moment(request.query_params, timeline.manifest, wrong)
        wrong.raise_any()
        with readable():
            frames, laps = sampled(timeline, [t_ms])
        t, lap = t_ms / 1000, laps[0] if laps[0] >= 0 else None
        cars = tower(timeline.manifest, frames)
        if form == "csv":
            rows = [(t, lap, *car.values()) for car in cars]
            return csv_response(["t", "leader_lap", *NAMED], iter([rows]), f"{replay_id}-order")
        return Response({"t": t, "lap": lap, "cars": cars})


def replay_of(session_name: str) -> str:
    """The id of the session's replay. Raises NotFound."""
    session_id = SESSIONS.find([session_name]).get(session_name)
    if session_id is None:
        raise NotFound(f"There is no session {session_name}.")
    replay_id = playable_replay(session_id)
    if replay_id is None:
        raise NotFound(f"The session {session_name} has no replay, so that its order at a moment is not known.")
    return replay_id


def read_moment(given: Mapping[str, str], manifest: Manifest, wrong: Refusals) -> int:
    """Milliseconds of session time; what makes no sense goes to `wrong`."""
    if MOMENT not in given:
        wrong.add(MOMENT, f"is required: {in_words(manifest)}")
        return manifest.t_start_ms
    try:
        return moment_ms(given[MOMENT], manifest)
    except ValueError as error:
        wrong.add(MOMENT, str(error))
        return manifest.t_start_ms


def tower(manifest: Manifest, frames: npt.NDArray[np.void]) -> list[Car]:
    """The cars of the first frame, each with what NAMED says; cars without a position come last."""
    columns = tuple(name for name in ("position", *SAMPLED) if name in manifest.column_names)
    cars = []
    for facts, row in zip(manifest.cars, values(frames[:1], columns)[0], strict=True):
        known = {**dict(zip(columns, row, strict=True)), "code": facts["code"], "driver_number": facts["number"]}
        cars.append({name: known.get(name) for name in NAMED})
    return sorted(cars, key=lambda car: (car["position"] is None, car["position"]))
