"""What this site's OpenAPI document is made of: the versions of its API that are served, and an introduction."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import include, path

from core.api.openapi import openapi_document

INTRODUCTION = Path(__file__).with_name("openapi_introduction.md")
PROTOCOL = {"description": "The WebSocket protocol, which plays replays", "url": "/docs/protocol.md"}


def site_document() -> dict[str, Any]:
    """Raises `core.api.openapi.Incomplete`."""
    versions = [(version, version.urlconf) for version in settings.API_VERSIONS if version.urlconf is not None]
    resources = list(dict.fromkeys(name for version, _ in reversed(versions) for name in version.resources))
    info = {
        "title": "F1 Race Replay",
        "version": settings.API_VERSIONS.newest.name,
        "description": INTRODUCTION.read_text(encoding="utf-8"),
    }
    patterns = [path(version.root.removeprefix("/"), include(urlconf)) for version, urlconf in versions]
    return openapi_document(patterns, resources, info, servers=[{"url": "/"}], externalDocs=PROTOCOL)
