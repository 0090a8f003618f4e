"""The addresses of sockets; any other is told that there is nothing."""

from channels.routing import URLRouter
from django.urls import re_path

from replays.socket.consumer import ReplayConsumer
from replays.socket.handshake import HandshakeGuard

application = HandshakeGuard(
    URLRouter(
        [
            re_path(r"^ws/v1/replays/(?P<replay_id>[^/]*)/?$", ReplayConsumer.as_asgi()),
            re_path(r"^(?P<replay_id>).*$", ReplayConsumer.as_asgi()),
        ]
    )
)
