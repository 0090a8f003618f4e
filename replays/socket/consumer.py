"""One WebSocket: the protocol, back-pressure, nothing else. Frames come from the hub by way of the outbox.

One task writes to the socket. The ORM is asked once, in `connect`. Channels' own dispatch is not used for messages:
it closes old database connections, by a thread, at every one of them.
"""

import asyncio
import logging
import time
from typing import Any

import orjson
from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from django.conf import settings

from replays.artefact.manifest import UnreadableReplay
from replays.playing import rooms
from replays.playing.hub import error_message
from replays.playing.rooms import LayerAway, NoRoomLeft, Opening, Room
from replays.playing.server_time import server_time_s
from replays.playing.viewer import Viewer
from replays.socket import commands, hello
from replays.socket.commands import BadMessage, Command
from replays.socket.handshake import subprotocol
from replays.socket.limits import (
    BAD_MESSAGES,
    BAD_WINDOW_S,
    MAX_MESSAGE_BYTES,
    MESSAGES_PER_SECOND,
    Addresses,
    Bucket,
)
from replays.socket.query import BadQuery, Query, chosen_variant, parse_query

logger = logging.getLogger(__name__)

BAD_CLIENT, NOT_FOUND, TOO_SLOW, RATE_LIMITED, FULL = 4400, 4404, 4408, 4429, 4503
TOO_BIG, INTERNAL_ERROR = 1009, 1011
SEND_TIMEOUT_S = 30.0

addresses = Addresses()


class Refused(Exception):
    """The socket is told `code` and `detail`, and closed with `close_code`."""

    def __init__(self, close_code: int, code: str, detail: str, request_id: str | None = None) -> None:
        super().__init__(detail)
        self.close_code = close_code
        self.code = code
        self.request_id = request_id


class ReplayConsumer(AsyncConsumer):
    """Opens a new room for the replay in its address and speaks for the one who watches it."""

    channel_layer_alias = None
    """The hub listens to the channel layer, once for all sockets of a room."""

    room: Room | None = None
    viewer: Viewer | None = None
    writer: asyncio.Task[None] | None = None
    closed = False
    address: str | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "websocket.connect":
                await self._guarded(self.connect())
            case "websocket.receive":
                await self._guarded(self.receive(message))
            case "websocket.disconnect":
                await self.leave()
                raise StopConsumer

    async def _guarded(self, step: Any) -> None:
        """Run a step; a refusal or an unforeseen error ends this socket, cleanly, and no other."""
        try:
            await step
        except Refused as refusal:
            await self.refuse(refusal)
        except Exception:
            logger.exception("a socket failed")
            await self.close(INTERNAL_ERROR)

    async def connect(self) -> None:
        await self.send({"type": "websocket.accept", "subprotocol": subprotocol(self.scope["subprotocols"]) or None})
        self._good = Bucket(MESSAGES_PER_SECOND, 1.0)
        self._bad = Bucket(BAD_MESSAGES, BAD_WINDOW_S)
        self._enter()
        query = self._query()
        replay = await database_sync_to_async(hello.replay_facts)(self.scope["url_route"]["kwargs"]["replay_id"])
        if replay is None:
            raise Refused(NOT_FOUND, "not_found", "no such replay")
        self.room = await self._open_room(replay.id, query)
        self._offered = hello.offered(self.room, settings.REPLAY_FPS)
        self.viewer = Viewer(self._variant(query), on_too_slow=self._give_up)
        self.room.join(self.viewer)
        try:
            await rooms.begin(self.room)
        except LayerAway:
            raise Refused(FULL, "unavailable", "the server cannot open a room now") from None
        state = self.room.conductor.state()
        self.viewer.generation = state["generation"]
        self.viewer.tell(orjson.dumps(hello.hello_message(self.room, replay, self.viewer.variant, state)))
        self.viewer.tell(self.room.hub.snapshot(state))
        self.viewer.tell(orjson.dumps(hello.room_message()))
        self.writer = asyncio.create_task(self._write(self.viewer), name=f"writer {self.room.id}")

    def _enter(self) -> None:
        address = (self.scope.get("client") or ("unknown", 0))[0]
        if not addresses.enter(address, settings.WS_CONNECTIONS_PER_IP):
            raise Refused(RATE_LIMITED, "rate_limited", f"at most {settings.WS_CONNECTIONS_PER_IP} connections")
        self.address = address

    def _query(self) -> Query:
        try:
            return parse_query(self.scope["query_string"])
        except BadQuery as error:
            raise Refused(BAD_CLIENT, "bad_value", str(error)) from None

    def _variant(self, query: Query) -> Any:
        try:
            return chosen_variant(
                self._offered, None, fps=query.fps, batch=query.batch, columns=query.columns, cars=query.cars
            )
        except BadQuery as error:
            raise Refused(BAD_CLIENT, "bad_value", str(error)) from None

    async def _open_room(self, replay_id: str, query: Query) -> Room:
        t_ms = None if query.t is None else query.t * 1000
        try:
            return await rooms.open_room(replay_id, Opening(t_ms, query.speed, query.paused))
        except NoRoomLeft:
            raise Refused(FULL, "full", "as many replays as this server carries are being watched") from None
        except UnreadableReplay as error:
            logger.error("replay %s: %s", replay_id, error)
            raise Refused(INTERNAL_ERROR, "unreadable_replay", "the replay cannot be read") from None
        except (LayerAway, TimeoutError):
            raise Refused(FULL, "unavailable", "the server cannot open a room now") from None

    async def receive(self, message: dict[str, Any]) -> None:
        if self.closed or self.viewer is None or self.room is None:
            return
        text = message.get("text")
        data = text.encode() if text is not None else message.get("bytes") or b""
        if len(data) > MAX_MESSAGE_BYTES:
            raise Refused(TOO_BIG, "too_big", f"at most {MAX_MESSAGE_BYTES} bytes a message")
        if not self._good.admits(time.monotonic()):
            raise Refused(RATE_LIMITED, "rate_limited", f"at most {MESSAGES_PER_SECOND} messages a second")
        try:
            if text is None:
                raise BadMessage("bad_message", "text messages only")
            await self._obey(self.room, self.viewer, commands.parse_command(data))
        except BadMessage as error:
            self.viewer.tell(orjson.dumps(error_message(error.code, str(error), error.request_id)))
            if not self._bad.admits(time.monotonic()):
                raise Refused(BAD_CLIENT, "bad_client", "too many bad messages") from None

    async def _obey(self, room: Room, viewer: Viewer, command: Command) -> None:
        match command:
            case commands.Ping():
                pong = {"type": "pong", "server_time": server_time_s(), "sent": command.sent}
                viewer.tell(orjson.dumps(pong | {"request_id": command.request_id}))
            case commands.Configure():
                self._configure(room, viewer, command)
            case commands.Control():
                self._answer_state(room, viewer, command.request_id)
            case _:
                fields = {k: v for k, v in commands.as_dict(command).items() if k != "request_id"}
                try:
                    await room.command(viewer, command.request_id, fields)
                except LayerAway:
                    raise BadMessage("unavailable", "the room cannot be reached now", command.request_id) from None

    def _configure(self, room: Room, viewer: Viewer, command: commands.Configure) -> None:
        try:
            viewer.variant = chosen_variant(
                self._offered,
                viewer.variant,
                fps=command.fps,
                batch=command.batch,
                columns=None if command.columns is None else tuple(command.columns),
                cars=None if command.cars is None else tuple(command.cars),
            )
        except BadQuery as error:
            raise BadMessage("bad_value", str(error), command.request_id) from None
        self._answer_state(room, viewer, command.request_id)

    def _answer_state(self, room: Room, viewer: Viewer, request_id: str | None) -> None:
        viewer.tell(orjson.dumps((room.hub.state or room.conductor.state()) | {"request_id": request_id}))

    async def _write(self, viewer: Viewer) -> None:
        try:
            while True:
                message = await viewer.outbox.get()
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await self.send({"type": "websocket.send", "text": message.decode()})
        except TimeoutError:
            await self.close(TOO_SLOW)
        except (ConnectionError, OSError, RuntimeError):
            self.closed = True  # the client is gone; the server's disconnect follows

    def _give_up(self) -> None:
        """The viewer does not read: stop writing, and let the socket be closed."""
        if self.writer is not None and not self.closed:
            self.writer.cancel()
            self._closing = asyncio.create_task(self.close(TOO_SLOW), name="closing a slow socket")

    async def refuse(self, refusal: Refused) -> None:
        if self.closed:
            return
        await self._stop_writing()
        error = error_message(refusal.code, str(refusal), refusal.request_id)
        await self.send({"type": "websocket.send", "text": orjson.dumps(error).decode()})
        await self.close(refusal.close_code)

    async def close(self, code: int) -> None:
        if not self.closed:
            self.closed = True
            await self.send({"type": "websocket.close", "code": code})

    async def leave(self) -> None:
        """Give back everything this socket held. Safe to call twice."""
        self.closed = True
        await self._stop_writing()
        if self.address is not None:
            addresses.leave(self.address)
            self.address = None
        room, self.room = self.room, None
        if room is None:
            return
        if self.viewer is not None:
            await room.leave(self.viewer)
        else:
            await rooms.close_room(room)

    async def _stop_writing(self) -> None:
        writer, self.writer = self.writer, None
        if writer is None:
            return
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
