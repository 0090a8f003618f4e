"""Who may open a socket: a Host that is ours, an Origin that is ours or allowed, a subprotocol we speak.

A refused handshake is an HTTP 403: the socket is closed before it is accepted.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

Scope = dict[str, Any]
Application = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]

JSON_PROTOCOL, BINARY_PROTOCOL = "f1replay.v1.json", "f1replay.v1.bin"
SUBPROTOCOLS = (JSON_PROTOCOL, BINARY_PROTOCOL)
DEFAULT_PORTS = {"http": 80, "https": 443}
LOCAL_HOSTS = (".localhost", "127.0.0.1", "[::1]")
"""What Django itself allows when DEBUG is on and ALLOWED_HOSTS is empty."""


class HandshakeGuard:
    """Around the socket application: lets through what may be, and refuses the rest."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if _is_allowed(scope):
            await self.application(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 4403})


def _is_allowed(scope: Scope) -> bool:
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    allowed = settings.ALLOWED_HOSTS or (LOCAL_HOSTS if settings.DEBUG else ())
    return (
        host_allowed(host, allowed)
        and origin_allowed(headers.get(b"origin"), own_origin(scope.get("scheme", "ws"), host), settings.CORS_ORIGINS)
        and subprotocol(scope["subprotocols"]) is not None
    )


def host_allowed(host: str, allowed: Iterable[str]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, list(allowed))


def own_origin(scheme: str, host: str) -> str:
    """The Origin that browsers send from pages of this site; `scheme` is the socket's."""
    return normal_origin(f"{'https' if scheme in ('wss', 'https') else 'http'}://{host}")


def origin_allowed(origin: str | None, own: str, allowed: Iterable[str]) -> bool:
    """Clients that are no browsers send no Origin. A page's must be `own`, or in the list: scheme, name and port."""
    if origin is None or origin in allowed:
        return True
    return own != "" and normal_origin(origin) == own


def normal_origin(origin: str) -> str:
    """In small letters and with its port, said or not; empty where it is none."""
    try:
        parts = urlsplit(origin.lower())
        port = parts.port
    except ValueError:
        return ""
    is_bare = origin.lower() == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or not is_bare:
        return ""
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{name}:{port or DEFAULT_PORTS[parts.scheme]}"


def subprotocol(offered: Iterable[str]) -> str | None:
    """The one to speak: the first offered that we know, JSON's where none is offered, None for only others.

    Where none is offered the answer is empty: a client that offered nothing must be given nothing.
    """
    offered = list(offered)
    if not offered:
        return ""
    return next((name for name in offered if name in SUBPROTOCOLS), None)
