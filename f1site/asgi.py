"""The application: HTTP by Django, sockets by Channels."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "f1site.settings")
http = get_asgi_application()

from replays.socket.routing import application as socket  # noqa: E402  the apps must be loaded first

application = ProtocolTypeRouter({"http": http, "websocket": socket})
