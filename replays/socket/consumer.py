"""One WebSocket: the protocol, back-pressure, nothing else. Frames come from the hub by way of the outbox.

One task writes to the socket. The ORM is asked once, in `connect`. Channels' own dispatch is not used for messages:
it closes old database connections, by a thread, at every one of them.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from typing import Any

import orjson
from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from django.conf import settings
from django.db import InterfaceError, OperationalError

from core.client_address import UNKNOWN, network_of
from core.metrics import SOCKETS_LIMITED
from core.send_now import send_now_of
from core.socket_log import INTERNAL_ERROR, LOGGED
from core.tickets import TicketsUnavailable, WrongTicket, redeem
from replays.artefact.manifest import UnreadableReplay
from replays.clock import PLAYING
from replays.playing import rooms
from replays.playing.hub import error_message
from replays.playing.outbox import Outbox
from replays.playing.registry import EVERYONE, NoRoomLeft, RegistryAway
from replays.playing.room import Room
from replays.playing.rooms import NoSuchRoom, Opening
from replays.playing.server_time import server_time_s
from replays.playing.source import Source
from replays.playing.subscription import LayerAway
from replays.playing.viewer import Viewer
from replays.socket import commands, hello
from replays.socket.commands import BadMessage, Command
from replays.socket.entrance import DATABASE_TIMEOUT_S, Entrance, NotThere, enter_room, open_room
from replays.socket.handshake import BINARY_PROTOCOL, subprotocol
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

BAD_CLIENT, WRONG_TICKET, NOT_FOUND, TOO_SLOW, RATE_LIMITED, FULL = 4400, 4401, 4404, 4408, 4429, 4503
TOO_BIG, RESTARTING = 1009, 1001
BYE_TIMEOUT_S = 0.5

addresses = Addresses()


class Refused(Exception):
    """The socket is told `code` and `detail`, and closed with `close_code`."""

    def __init__(self, close_code: int, code: str, detail: str, request_id: str | None = None) -> None:
        super().__init__(detail)
        self.close_code = close_code
        self.code = code
        self.request_id = request_id


class ReplayConsumer(AsyncConsumer):
    """Opens a new room for the replay in its address, or joins the room there, and speaks for the one who watches."""

    channel_layer_alias = None
    """The hub listens to the channel layer, once for all sockets of a room."""

    room: Room | None = None
    viewer: Viewer | None = None
    writer: asyncio.Task[None] | None = None
    closing: asyncio.Task[None] | None = None
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
        spoken = subprotocol(self.scope["subprotocols"])
        await self.send({"type": "websocket.accept", "subprotocol": spoken or None})
        self._good = Bucket(MESSAGES_PER_SECOND, 1.0)
        self._bad = Bucket(BAD_MESSAGES, BAD_WINDOW_S)
        self._enter()
        query = self._query()
        await self._show_ticket(query.ticket)
        is_binary = spoken == BINARY_PROTOCOL
        try:
            await self._take_part(query, is_binary)
        except (NotThere, NoSuchRoom) as error:
            raise Refused(NOT_FOUND, "not_found", str(error) or "no such room, or it has ended") from None
        except NoRoomLeft:
            raise Refused(FULL, "full", "as many replays as this server carries are being watched") from None
        except UnreadableReplay as error:
            logger.error("%s: %s", self.scope["path"], error)
            raise Refused(INTERNAL_ERROR, "unreadable_replay", "the replay cannot be read") from None
        except (LayerAway, RegistryAway, OperationalError, InterfaceError, TimeoutError) as error:
            logger.warning("%s cannot be opened: %s", self.scope["path"], type(error).__name__)
            raise Refused(FULL, "unavailable", "the server cannot open a room now") from None

    async def _take_part(self, query: Query, is_binary: bool) -> None:
        """Enter the room, and be told of it. Raises what says why not."""
        entrance = await self._entrance(query, is_binary)
        room = self.room = entrance.room
        self._offered = hello.offered(room.timeline.manifest, room.record.fps, binary=is_binary)
        outbox = Outbox(send_now_of(self.scope))
        viewer = Viewer(self._variant(query), self._give_up, self._say_bye, outbox)
        begins = await rooms.join(room, viewer)
        self.viewer = viewer
        state = room.hub.state
        assert state is not None
        viewer.tell(orjson.dumps(hello.hello_message(room, entrance.facts, viewer, state)))
        room.hub.tell_present(viewer, state)
        self.writer = asyncio.create_task(self._write(viewer), name=f"writer {room.id}")
        if not begins:
            room.hub.catch_up(viewer)
        if not begins and state["status"] != PLAYING:
            await self._show_still_frame(room, viewer, state)

    async def _entrance(self, query: Query, is_binary: bool) -> Entrance:
        ids = self.scope["url_route"]["kwargs"]
        if ids.get("room_id"):
            if query.opens:
                raise Refused(BAD_CLIENT, "bad_value", f"{query.opens[0]}: only where a room is opened")
            return await enter_room(ids["room_id"])

        def check(source: Source) -> None:
            self._offered = hello.offered(source.timeline.manifest, settings.REPLAY_FPS, binary=is_binary)
            self._variant(query)

        t_ms = None if query.t is None else query.t * 1000
        return await open_room(ids.get("replay_id", ""), Opening(t_ms, query.speed, query.paused), check)

    async def _show_still_frame(self, room: Room, viewer: Viewer, state: dict[str, Any]) -> None:
        """Who comes to a clock that stands still sees what the others see."""
        batch = await room.still_frame(state)
        if room.hub.state is not None and batch.generation == room.hub.state["generation"]:
            room.hub.send_frames(batch, viewer.variant, [viewer])

    def _enter(self) -> None:
        address = network_of((self.scope.get("client") or (UNKNOWN, 0))[0])
        if not addresses.enter(address, settings.WS_CONNECTIONS_PER_IP):
            raise Refused(RATE_LIMITED, "rate_limited", f"at most {settings.WS_CONNECTIONS_PER_IP} connections")
        self.address = address

    def _query(self) -> Query:
        try:
            return parse_query(self.scope["query_string"])
        except BadQuery as error:
            raise Refused(BAD_CLIENT, "bad_value", str(error)) from None

    async def _show_ticket(self, ticket: str | None) -> None:
        """`scope["ticket"]` is whose it is; None for a socket without, which anybody may open."""
        self.scope["ticket"] = None
        if ticket is None:
            return
        try:
            async with asyncio.timeout(DATABASE_TIMEOUT_S):
                self.scope["ticket"] = await database_sync_to_async(redeem)(ticket)
        except WrongTicket as error:
            raise Refused(WRONG_TICKET, "wrong_ticket", str(error)) from None
        except (TicketsUnavailable, OperationalError, InterfaceError, TimeoutError):
            raise Refused(FULL, "unavailable", "tickets cannot be checked now") from None

    def _variant(self, query: Query) -> Any:
        try:
            return chosen_variant(
                self._offered, None, fps=query.fps, batch=query.batch, columns=query.columns, cars=query.cars
            )
        except BadQuery as error:
            raise Refused(BAD_CLIENT, "bad_value", str(error)) from None

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
                await self._change_control(room, viewer, command)
            case _:
                if not may_control(room, viewer):
                    detail = "only the host of this room may do that"
                    raise BadMessage("not_allowed", detail, command.request_id)
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

    async def _change_control(self, room: Room, viewer: Viewer, command: commands.Control) -> None:
        try:
            is_changed = await rooms.control(room, viewer, command.control)
        except RegistryAway:
            raise BadMessage("unavailable", "the room cannot be reached now", command.request_id) from None
        if not is_changed:
            raise BadMessage("not_allowed", "only the host of this room may do that", command.request_id)
        self._answer_state(room, viewer, command.request_id)

    def _answer_state(self, room: Room, viewer: Viewer, request_id: str | None) -> None:
        viewer.tell(orjson.dumps((room.hub.state or {}) | {"request_id": request_id}))

    async def _write(self, viewer: Viewer) -> None:
        # `base_send`, no deadline for each message, no coroutine to wait in: these cost a fifth of what a message does.
        outbox, send = viewer.outbox, self.base_send
        try:
            while True:
                message = outbox.take()
                if message is None:
                    await outbox.more()
                    continue
                outbox.writing_since_s = time.monotonic()
                await send(message)
                outbox.writing_since_s = None
        except (ConnectionError, OSError, RuntimeError):
            self.closed = True  # the client is gone; the server's disconnect follows
        except Exception:
            logger.exception("a socket's writer failed")
            await self.close(INTERNAL_ERROR)

    def _give_up(self) -> None:
        """The viewer does not read: stop writing, and let the socket be closed."""
        self._end_soon(self.close(TOO_SLOW), "closing a slow socket")

    def _say_bye(self) -> None:
        """The process stops: the viewer is to come back to the room's address."""
        self._end_soon(self._bye(), "closing for a restart")

    def _end_soon(self, ending: Coroutine[Any, Any, None], name: str) -> None:
        if self.closed or self.closing is not None:
            ending.close()
            return
        if self.writer is not None:
            self.writer.cancel()
        self.closing = asyncio.create_task(ending, name=name)

    async def _bye(self) -> None:
        await self._stop_writing()
        if self.closed:
            return
        with contextlib.suppress(ConnectionError, OSError, RuntimeError, TimeoutError):
            async with asyncio.timeout(BYE_TIMEOUT_S):
                text = orjson.dumps({"type": "bye", "reason": "restarting"}).decode()
                await self.send({"type": "websocket.send", "text": text})
                await self.close(RESTARTING)

    async def refuse(self, refusal: Refused) -> None:
        if self.closed:
            return
        if refusal.close_code == RATE_LIMITED:
            SOCKETS_LIMITED.inc()
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
            self.scope[LOGGED]["frames"] = self.viewer.outbox.frames_taken
            await rooms.leave(room, self.viewer)
        else:
            await rooms.go_away(room)

    async def _stop_writing(self) -> None:
        writer, self.writer = self.writer, None
        if writer is None:
            return
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)


def may_control(room: Room, viewer: Viewer) -> bool:
    people = room.hub.people
    return people.control == EVERYONE or people.host == viewer.id
