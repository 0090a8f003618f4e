"""The application: HTTP by Django, sockets by Channels."""

import os

import django
from channels.routing import ProtocolTypeRouter

from f1site.startup import import_rest_framework_alone, stop_where_settings_are_wrong

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "f1site.settings")
stop_where_settings_are_wrong()
import_rest_framework_alone()
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402  the apps must be loaded first

from core.client_address import ClientAddress  # noqa: E402  as above
from core.draining import Draining  # noqa: E402  as above
from core.request_sizes import RequestSizes  # noqa: E402  as above
from f1site.connected_peer import ConnectedPeer  # noqa: E402  as above
from f1site.daphne_log import without_queries  # noqa: E402  as above
from f1site.daphne_sockets import DaphneSockets  # noqa: E402  as above
from f1site.handler import lean_application  # noqa: E402  as above
from f1site.observability import reported  # noqa: E402  as above
from f1site.socket_ends import SocketEnds  # noqa: E402  as above
from replays.socket.routing import application as socket  # noqa: E402  as above

without_queries()
by_protocol = ProtocolTypeRouter({"http": RequestSizes(lean_application()), "websocket": Draining(socket)})
application = ConnectedPeer(
    DaphneSockets(SocketEnds(reported(ClientAddress(by_protocol, settings.TRUSTED_PROXY_HOPS))))
)
