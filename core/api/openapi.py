"""The OpenAPI document as a whole: made of URL patterns, with what is said once for many operations."""

import json
from collections.abc import Iterator, Sequence
from inspect import getdoc
from typing import Any

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from core.api.schema import OperationSchema
from core.api.schema_components import components

Json = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")

KEPT = {"securitySchemes"}
"""Components that nothing refers to by `$ref`."""


class Incomplete(Exception):
    """Something cannot be described; the message says what."""


class Generator(SchemaGenerator):
    """Describes every view by OperationSchema.

    As Django REST framework's DEFAULT_SCHEMA_CLASS that would be imported by whoever loads the addresses, and
    drf-spectacular with it: its routers look at every attribute of a viewset.
    """

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        view = super().create_view(callback, method, request)
        self._set_schema_to_view(view, OperationSchema())
        return view


def openapi_document(patterns: Sequence[Any], resources: Sequence[str], info: Json, **root: Any) -> Json:
    """The document of all views behind `patterns`; `root` are further properties of it.

    `resources` are the names of all there are, in the order in which people want to read of them.

    Raises Incomplete for resources that are not among them, and where drf-spectacular has anything to complain of,
    which it has then printed.
    """
    generator = Generator(patterns=patterns)
    generated: Json = generator.get_schema(request=None, public=True)
    if GENERATOR_STATS:
        raise Incomplete("some views cannot be described; each is named above")
    document = {
        "openapi": generated["openapi"],
        "info": info,
        **root,
        "tags": _tags_in_order(resources, _tags(generator, generated["paths"])),
        "paths": {path: _methods_in_order(item) for path, item in generated["paths"].items()},
        "components": _merged(generated.get("components", {}), components()),
    }
    _share_parameters(document)
    _drop_unused(document)
    return document


def _tags_in_order(resources: Sequence[str], tags: Sequence[Json]) -> list[Json]:
    if strangers := {tag["name"] for tag in tags}.difference(resources):
        raise Incomplete(f"no version of the API has the resources {', '.join(sorted(strangers))} in its table")
    return sorted(tags, key=lambda tag: resources.index(tag["name"]))


def _methods_in_order(item: Json) -> Json:
    """The methods of an address, which Django REST framework has as a set."""
    return {method: item[method] for method in METHODS if method in item}


def _tags(generator: SchemaGenerator, paths: Json) -> list[Json]:
    """One for each resource, in the words of its list: the view at the shortest address."""
    told: dict[str, tuple[int, str]] = {}
    endpoints: Any = generator.endpoints  # in drf-spectacular each has a fourth part, which the types do not know
    for path, _, method, callback in endpoints:
        address = f"/{path.lstrip('/')}"
        length = address.count("/")
        for tag in paths.get(address, {}).get(method.lower(), {}).get("tags", ()):
            if tag not in told or length < told[tag][0]:
                told[tag] = length, getdoc(callback.cls) or ""
    return [{"name": name, "description": description} for name, (_, description) in told.items()]


def _merged(ours: Json, theirs: Json) -> Json:
    return {kind: {**ours.get(kind, {}), **theirs.get(kind, {})} for kind in dict.fromkeys((*ours, *theirs))}


def _share_parameters(document: Json) -> None:
    """Query parameters that several operations have become components.

    That of several resources is called by its name, or, where another such one is, after the first resource as well.
    """
    tags: dict[tuple[str, str], list[str]] = {}
    for operation, parameter in _query_parameters(document):
        tags.setdefault((parameter["name"], json.dumps(parameter)), []).extend(operation["tags"])
    components: dict[str, Json] = {}
    names: dict[str, str] = {}
    for (name, form), used_by in sorted(tags.items(), key=lambda item: -len(set(item[1]))):
        if len(used_by) > 1:
            is_common = len(set(used_by)) > 1 and name not in components
            names[form] = name if is_common else f"{used_by[0]}.{name}"
            components[names[form]] = json.loads(form)
    for operation, parameter in list(_query_parameters(document)):
        if shared := names.get(json.dumps(parameter)):
            place = operation["parameters"].index(parameter)
            operation["parameters"][place] = {"$ref": f"#/components/parameters/{shared}"}
    document["components"]["parameters"] = dict(sorted(components.items()))


def _query_parameters(document: Json) -> Iterator[tuple[Json, Json]]:
    """Each with its operation."""
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    yield operation, parameter


def _drop_unused(document: Json) -> None:
    """Shared answers and headers that no operation has."""
    while True:
        used = set(_references(document))
        unused = [
            (kind, name)
            for kind, named in document["components"].items()
            for name in named
            if kind not in KEPT and f"#/components/{kind}/{name}" not in used
        ]
        if not unused:
            return
        for kind, name in unused:
            del document["components"][kind][name]


def _references(node: Any) -> Iterator[str]:
    """Every `$ref` in it."""
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"]
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _references(each)
