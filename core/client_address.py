"""Whose request this is, and whether it came over TLS: decided here once, for HTTP and sockets alike.

Everything inside reads `request.META["REMOTE_ADDR"]`, `request.is_secure()` and `scope["client"]`, and no forwarded
header.

A proxy appends the address that it was connected from to `X-Forwarded-For`. With N proxies in front the Nth address
from the right is what the outermost of them saw; left of it stands what clients made up. With none, all of it is.
"""

from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

UNKNOWN = "0.0.0.0"  # noqa: S104  bound to nothing: it stands for whoever comes by a Unix socket
LONGEST = 80
"""Characters: of an IPv6 address with brackets, zone and port."""
NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one usually has all the others of its /64 too."""
HOST_BITS = 128 - NETWORK_BITS
OVER_TLS = {"http": "https", "ws": "wss"}


class ClientAddress:
    """Around an ASGI application. `proxy_hops`: how many proxies stand in front, all of which can be believed."""

    def __init__(self, application: Application, proxy_hops: int) -> None:
        self.application = application
        self.proxy_hops = proxy_hops

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            told = {"client": client_of(scope, self.proxy_hops), "scheme": scheme_of(scope, self.proxy_hops)}
            # A copy stays as long as a socket.
            if any(scope.get(name) != value for name, value in told.items()):
                scope = {**scope, **told}
        await self.application(scope, receive, send)


def client_of(scope: Scope, proxy_hops: int) -> tuple[str, int]:
    """Address and port; port 0 for an address that a proxy told."""
    if proxy_hops and (told := forwarded_address(scope["headers"], proxy_hops)) is not None:
        return told, 0
    host, port = scope.get("client") or (UNKNOWN, 0)
    return parsed_address(host) or UNKNOWN, port


def scheme_of(scope: Scope, proxy_hops: int) -> str:
    """The connection's, or that with TLS where the outermost proxy says that it was spoken to by TLS."""
    scheme: str = scope.get("scheme") or ("http" if scope["type"] == "http" else "ws")
    if proxy_hops and is_forwarded_from_tls(scope["headers"], proxy_hops):
        return OVER_TLS.get(scheme, scheme)
    return scheme


def forwarded_address(headers: Headers, proxy_hops: int) -> str | None:
    """What the outermost proxy saw; None where `X-Forwarded-For` is too short, or no address stands there."""
    told = values_from_the_right(headers, b"x-forwarded-for", proxy_hops)
    return parsed_address(told[-proxy_hops]) if len(told) >= proxy_hops else None


def is_forwarded_from_tls(headers: Headers, proxy_hops: int) -> bool:
    """Most proxies replace `X-Forwarded-Proto`, so that it has one value; others append, as with addresses."""
    told = values_from_the_right(headers, b"x-forwarded-proto", proxy_hops)
    if len(told) != 1 and len(told) < proxy_hops:
        return False
    return told[-min(proxy_hops, len(told))].strip().lower() in ("https", "wss")


def values_from_the_right(headers: Headers, name: bytes, count: int) -> list[str]:
    """The last `count` values of a header, which may stand in several lines; before them, as one, all others."""
    lines = [value for header, value in headers if header == name]
    return b",".join(lines).decode("latin-1").rsplit(",", count) if lines else []


def parsed_address(text: str) -> str | None:
    """The IP address in `text` in the one form that it has here; None where there is none.

    Without port, brackets and zone; an IPv4 address in IPv6's clothes becomes plain.
    """
    text = text.strip(" \t")
    if len(text) > LONGEST:
        return None
    if text.startswith("["):
        text, bracket, behind = text[1:].partition("]")
        if ":" not in text or not bracket or not (behind == "" or is_port(behind)):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not is_port(f":{port}"):
            return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return str(address if isinstance(address, IPv4Address) else plain(address))


def is_port(text: str) -> bool:
    """`:443`, say."""
    digits = text[1:]
    return text[:1] == ":" and digits.isascii() and digits.isdigit() and len(digits) <= 5 and int(digits) < 65536


def plain(address: IPv6Address) -> IPv4Address | IPv6Address:
    return address.ipv4_mapped or IPv6Address(int(address))


def network_of(address: str) -> str:
    """Who shares limits with `address`, in the form that this module gives it: itself, or the /64 it lies in."""
    if ":" not in address:
        return address
    return f"{IPv6Address(int(IPv6Address(address)) >> HOST_BITS << HOST_BITS)}/{NETWORK_BITS}"
