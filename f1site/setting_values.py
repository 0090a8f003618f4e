"""What single settings may be. Each function takes the text that was given, and raises `Wrong` where that is none."""

import os
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.checks.security.base import (
    SECRET_KEY_INSECURE_PREFIX,
    SECRET_KEY_MIN_LENGTH,
    SECRET_KEY_MIN_UNIQUE_CHARACTERS,
)

from f1site.environment import Wrong

MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(48))" makes one'
KEY_MISSING = f"SECRET_KEY: is required when DEBUG=false; {MAKE_A_KEY}"

DEFAULT_PORTS = {"http": 80, "https": 443}
HOST_NAME = re.compile(r"\.?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
PATH_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.~-]*")
TAKEN_PATHS = frozenset(
    ("api", "docs", "health", "metrics", "openapi.json", "redoc", "replays", "rooms", "static", "ws")
)
"""First parts of addresses that the site has already."""


def secret_key(given: str) -> str:
    """The rule of Django's check W009."""
    if given.startswith(SECRET_KEY_INSECURE_PREFIX):
        raise Wrong(f"must not begin with {SECRET_KEY_INSECURE_PREFIX}; {MAKE_A_KEY}")
    if len(given) < SECRET_KEY_MIN_LENGTH or len(set(given)) < SECRET_KEY_MIN_UNIQUE_CHARACTERS:
        raise Wrong(
            f"is weak: {SECRET_KEY_MIN_LENGTH} random characters or more, "
            f"{SECRET_KEY_MIN_UNIQUE_CHARACTERS} of them different; {MAKE_A_KEY}"
        )
    return given


def allowed_host(given: str) -> str:
    """A name as Django compares it: `a.example`, `.a.example` with all below it, `*`."""
    if given != "*" and not HOST_NAME.fullmatch(given):
        raise Wrong(f"{given!r} must be a host's name alone, without scheme, port and path")
    return given


def listening_host(given: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.:%-]+", given):
        raise Wrong("must be an address or a name of this machine, say 127.0.0.1")
    return given


def origin(given: str) -> str:
    """As browsers send it: scheme, host, and a port where it is not the scheme's own."""
    if given == "*":
        raise Wrong("must name each origin: browsers refuse * for pages that send cookies")
    parts = split_url(given)
    if parts is None or parts.scheme not in DEFAULT_PORTS or not HOST_NAME.fullmatch(bracketed(parts)):
        raise Wrong(f"{given!r} is no origin, say https://a.example or http://localhost:3000")
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    sent = f"{parts.scheme}://{bracketed(parts)}{port}"
    if given != sent:
        raise Wrong(f"{given!r} is not what browsers send: write {sent}")
    return given


def redis_url(given: str) -> str:
    parts = split_url(given)
    if parts is None or parts.scheme not in ("redis", "rediss", "unix"):
        raise Wrong("must be of the form redis://:password@host:6379/0")
    if parts.scheme == "unix":
        return given
    if not parts.hostname or not re.fullmatch(r"(/[0-9]*)?", parts.path):
        raise Wrong("must be of the form redis://:password@host:6379/0, with a host and the database's number")
    return given


def http_url(given: str) -> str:
    parts = split_url(given)
    if parts is None or parts.scheme not in DEFAULT_PORTS or not parts.hostname or not given.isprintable():
        raise Wrong("must be an address that begins with http:// or https://")
    return given


def admin_path(given: str) -> str:
    """Without a slash before it, and with one behind: how Django's URL patterns want it."""
    parts = given.strip("/").split("/")
    if not all(map(PATH_PART.fullmatch, parts)):
        raise Wrong("must be a path of letters, digits, -, _, . and ~, say admin/ or staff/desk/")
    if parts[0] in TAKEN_PATHS:
        raise Wrong(f"/{parts[0]} is taken by the site: choose another, say admin/")
    return "/".join(parts) + "/"


def folder(given: str, base: Path) -> Path:
    """A folder, which need not be there yet; below `base` where it is not absolute."""
    if "\0" in given:
        raise Wrong("must be a folder")
    path = base / Path(given).expanduser()
    if path.exists() and not path.is_dir():
        raise Wrong("must be a folder, and is a file")
    if not path.exists() and not (there := next(parent for parent in path.parents if parent.exists())).is_dir():
        raise Wrong(f"cannot be made: {there} is a file")
    return path


def folder_to_write(given: str, base: Path) -> Path:
    """A folder that this process itself writes to."""
    path = folder(given, base)
    if not os.access(next(place for place in (path, *path.parents) if place.exists()), os.W_OK | os.X_OK):
        raise Wrong("must be a folder that may be written to")
    return path


def split_url(given: str) -> SplitResult | None:
    """None where it is none, or where its port is no port."""
    try:
        parts = urlsplit(given)
        _ = parts.port
    except ValueError:
        return None
    return parts


def bracketed(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host
