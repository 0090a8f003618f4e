"""The addresses of sockets; any other is told that there is nothing."""

from channels.routing import URLRouter
from django.urls import re_path

from core.draining import on_drain
from core.socket_log import SocketLog
from replays.playing import rooms
from replays.socket.consumer import ReplayConsumer
from replays.socket.handshake import HandshakeGuard

application = SocketLog(
    HandshakeGuard(
        URLRouter(
            [
                re_path(r"^ws/v1/replays/(?P<replay_id>[^/]*)/?$", ReplayConsumer.as_asgi()),
                re_path(r"^ws/v1/rooms/(?P<room_id>[^/]+)/?$", ReplayConsumer.as_asgi()),
                re_path(r"^(?P<replay_id>)(?s:.*)$", ReplayConsumer.as_asgi()),
            ]
        )
    )
)
on_drain(rooms.say_goodbye)
