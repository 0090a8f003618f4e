"""The address the site listens on. Standard library only: `make run` asks before there are any packages."""

import errno
import socket

HIGHEST_PORT = 65535
LISTEN_BACKLOG = 2048
UNSENT_BYTES = 64 * 1024
"""What the system takes for a client that does not read. Of its own accord it takes 4 MB: half a minute of frames that
nobody wants to see any more when that client reads again."""


class AddressError(Exception):
    """This address cannot be had; the message is one line that says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port`; port 0 lets the system choose one.

    Raises AddressError.
    """
    if not 0 <= port <= HIGHEST_PORT:
        raise AddressError(f"PORT={port} is no port: 1 to {HIGHEST_PORT}")
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise AddressError(f"HOST={host} is no address of this machine: set HOST=127.0.0.1") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        hold_back(listener)
        listener.bind(address)
        listener.listen(LISTEN_BACKLOG)
    except OSError as error:
        listener.close()
        raise AddressError(_why_not(error, host, port)) from None
    return listener


def hold_back(connection: socket.socket) -> None:
    """Have the system take only UNSENT_BYTES ahead of what the other end reads; connections are as their listener."""
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)


def site_url(host: str, port: int) -> str:
    """Where a browser on this machine finds a site that listens there: `http://127.0.0.1:8000`."""
    if host == "0.0.0.0":  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    elif host == "::":
        host = "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken: stop what listens there, or choose another with PORT={port + 1}"
    if error.errno == errno.EACCES:
        return f"port {port} needs rights that this user does not have: choose one above 1023, say PORT=8000"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST={host} is no address of this machine: set HOST=127.0.0.1"
    return f"cannot listen on {host}, port {port}: {error.strerror}"
