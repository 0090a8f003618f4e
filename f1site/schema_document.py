"""The API's OpenAPI document: as the code has it, and as `docs/openapi.json` keeps it for clients to rely on."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from drf_spectacular.validation import validate_schema
from jsonschema.exceptions import ValidationError

from core.api.openapi import Incomplete
from core.schema_changes import breaking_changes
from core.versions import ApiVersions
from f1site.openapi import site_document

Document = dict[str, Any]


class BadDocument(Exception):
    """Not an OpenAPI document; the message says which and why, in one line."""


def generate() -> Document:
    """The document of the code as it stands. Raises BadDocument for one that is not OpenAPI, or not whole."""
    try:
        document = site_document()
        validate_schema(document)
    except Incomplete as error:
        raise BadDocument(str(error)) from None
    except ValidationError as error:
        raise BadDocument(f"what the code generates is not OpenAPI: {error.json_path}: {error.message}") from None
    plain: Document = json.loads(json.dumps(document))
    return plain


def read(file: Path) -> Document | None:
    """The document in `file`; None if there is no file. Raises BadDocument, OSError."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise BadDocument(f"{file.name} is not JSON: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("paths"), dict):
        raise BadDocument(f"{file.name} is no OpenAPI document: it has no paths")
    return content


def write(file: Path, document: Document) -> None:
    """In the order of the code: resources and columns are declared as people want to read them. Raises OSError."""
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def breaks(old: Document, new: Document, versions: ApiVersions, now: datetime) -> list[str]:
    """The breaking changes; none of them is that a version has left which is gone anyway. Raises ValueError."""
    return breaking_changes({**old, "paths": dict(_paths_still_served(old, versions, now))}, new)


def _paths_still_served(document: Document, versions: ApiVersions, now: datetime) -> Iterator[tuple[str, Any]]:
    for path, item in document["paths"].items():
        address = versions.locate(path)
        if address is None or not address.version.is_gone(now):
            yield path, item


def differences(old: Document, new: Document) -> list[str]:
    """The names of the paths and components that differ, and of whatever else is at the top of a document."""
    before, after = _parts(old), _parts(new)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _parts(document: Document) -> Document:
    parts: Document = {}
    for name, part in document.items():
        if name == "paths":
            parts |= part
        elif name == "components":
            parts |= {f"{kind}/{key}": value for kind, components in part.items() for key, value in components.items()}
        else:
            parts[name] = part
    return parts
