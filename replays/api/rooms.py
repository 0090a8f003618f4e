"""Rooms over HTTP: for anyone to make, and to ask for by their address. There is no list: an address is for whoever
was given it."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar

from asgiref.sync import async_to_sync
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.body import Name, Number, StrictJSON, TrueOrFalse, read_body
from core.api.described import Described
from core.api.parameters import Refusals, check_names
from core.api.views import PublicView
from replays import storage
from replays.api import examples, operations
from replays.api.reading import readable
from replays.clock import MAX_SPEED, MIN_SPEED
from replays.playing import rooms
from replays.playing.clock_records import position_ms, state_of
from replays.playing.registry import NoRoomLeft, People, RegistryAway, RoomRecord, borrowed_registry
from replays.playing.rooms import Opening
from replays.playing.server_time import server_time_s
from replays.playing.snapshot import seconds
from replays.published import published_replays
from replays.socket.commands import MAX_SESSION_S

Answer = TypeVar("Answer")

FULL = "As many replays as this server carries are being watched: try again later."
AWAY = "Rooms cannot be asked for just now: try again in a moment."


class RoomRequest(serializers.Serializer[Any]):
    """What to watch, and from where."""

    replay = Name(max_length=64, help_text="The `id` of a replay.")
    t = Number(required=False, min_value=0, max_value=MAX_SESSION_S, help_text="Session time to begin at, in seconds.")
    speed = Number(
        default=1.0, min_value=MIN_SPEED, max_value=MAX_SPEED, help_text="Seconds of the session in a second."
    )
    paused = TrueOrFalse(default=False, help_text="Whether the clock stands still at first.")


class Unavailable(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE


class RoomView(PublicView):
    """Takes no parameters; nothing that it answers is kept by anybody."""

    parser_classes = (StrictJSON,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_names(request.query_params, ())

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class RoomsView(RoomView):
    """A room is one replay played with one clock; everyone in it sees the same moment.

    The clock waits for the first viewer, who is the room's host. A room that nobody is in ends after a minute.
    """

    described: ClassVar = {
        "post": Described(
            "Make a room",
            operations.ROOM_BODIES,
            {status.HTTP_201_CREATED: "The new room, which nobody is in yet."},
            refusals=(400, 503),
            headers={"Location": "Where to ask how it is going."},
            request=RoomRequest,
            request_example={"replay": examples.REPLAY_ID, "t": 5000.0},
            is_cached=False,
        )
    }

    def post(self, request: Request) -> Response:
        body = read_body(request, RoomRequest)
        replay_id = known_replay(body["replay"])
        with readable():
            manifest = storage.open_manifest(replay_id)
        opening = Opening(body["t"] * 1000 if "t" in body else None, body["speed"], body["paused"])
        record = asked(lambda: rooms.make(replay_id, manifest, opening))
        shown = shown_room(record, People())
        return Response(shown, status.HTTP_201_CREATED, headers={"Location": f"/api/v1/rooms/{record.id}/"})


class OneRoomView(RoomView):
    """Where a room is: its clock, and how many are in it."""

    described: ClassVar = {
        "get": Described(
            "Get a room",
            operations.ROOM_BODIES,
            path=operations.ROOM_PATH,
            refusals=(400, 404, 503),
            is_cached=False,
        )
    }

    def get(self, request: Request, room_id: str) -> Response:
        found = asked(lambda: read_room(room_id))
        if found is None or not is_published(found[0].replay_id):
            raise NotFound(f"There is no room {room_id}, or it has ended.")
        return Response(shown_room(*found))


def known_replay(replay_id: str) -> str:
    """Raises BadParameters."""
    wrong = Refusals()
    if "\0" in replay_id or not is_published(replay_id):
        wrong.add("replay", f"there is no replay {replay_id[:64]!r}; give its `id`")
    wrong.raise_any()
    return replay_id


def is_published(replay_id: str) -> bool:
    return published_replays().filter(public_id=replay_id).exists()


async def read_room(room_id: str) -> tuple[RoomRecord, People] | None:
    async with borrowed_registry() as registry:
        return await registry.read(room_id)


def asked(question: Callable[[], Awaitable[Answer]]) -> Answer:
    """What is learnt of rooms, which live in an event loop. Raises Unavailable."""

    async def answer() -> Answer:
        return await question()

    try:
        return async_to_sync(answer)()
    except NoRoomLeft:
        raise Unavailable(FULL) from None
    except RegistryAway:
        raise Unavailable(AWAY) from None


def shown_room(record: RoomRecord, people: People) -> dict[str, Any]:
    state = state_of(record.clock)
    now = position_ms(state, server_time_s()) if record.has_begun else record.clock.anchor_ms
    return {
        "id": record.id,
        "replay": record.replay_id,
        "url": f"/rooms/{record.id}/",
        "websocket": f"/ws/v1/rooms/{record.id}/",
        "viewers": people.viewers,
        "control": people.control,
        "status": record.clock.status,
        "t": seconds(now),
        "speed": record.clock.speed,
    }
