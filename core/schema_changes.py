"""What in a new OpenAPI document (3.0 or 3.1) breaks clients that were made for an older one.

Generated clients count: an `operationId` is the name of their function. Addresses take unknown parameters and
properties for errors, so that removing one breaks whoever sends it. What goes on inside a value is
`core.schema_narrowing`'s.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.schema_narrowing import Narrowing
from core.schema_shapes import Document, Json, Side

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
ANONYMOUS: Json = {}


def breaking_changes(old: Json, new: Json) -> list[str]:
    """One line for each, naming method, path, place and what has changed; empty if old clients still work.

    Raises ValueError if a reference in one of the documents leads nowhere.
    """
    documents = Document(old), Document(new)
    news = {_template(path): item for path, item in new.get("paths", {}).items()}
    changes: list[str] = []
    for path, item in old.get("paths", {}).items():
        if _template(path) not in news:
            changes.append(f"{path}: removed")
            continue
        before, after = documents[0].resolve(item), documents[1].resolve(news[_template(path)])
        for method in METHODS:
            if method not in before:
                continue
            operation = f"{method.upper()} {path}"
            if method not in after:
                changes.append(f"{operation}: removed")
                continue
            comparison = _Operations(*documents, before, after, before[method], after[method])
            changes += [f"{operation}: {change}" for change in comparison.changes()]
    return list(dict.fromkeys(changes))


def _template(path: str) -> str:
    """The same for paths that differ only in what their parameters are called."""
    return re.sub(r"\{[^}]*\}", "{}", path)


@dataclass(frozen=True)
class _Operations:
    """One operation in two documents, with the path items that hold it."""

    old_document: Document
    new_document: Document
    old_item: Json
    new_item: Json
    old: Json
    new: Json

    def changes(self) -> Iterator[str]:
        if self.old.get("operationId") is not None and self.old["operationId"] != self.new.get("operationId"):
            yield f"operationId changed from {self.old['operationId']} to {self.new.get('operationId', 'none')}"
        yield from self._parameters()
        yield from self._request_body()
        yield from self._responses()
        yield from self._security()

    def _parameters(self) -> Iterator[str]:
        olds = _parameters_of(self.old_document, self.old_item, self.old)
        news = _parameters_of(self.new_document, self.new_item, self.new)
        for key, before in olds.items():
            place = f"parameter {_parameter_name(before)}"
            if key not in news:
                yield f"{place}: removed"
                continue
            after = news[key]
            if after.get("required") and not before.get("required"):
                yield f"{place}: required now"
            if _serialisation(before) != _serialisation(after):
                yield f"{place}: written differently (style, explode)"
            if "schema" in before and "schema" in after:
                for change in self._narrowing(Side.SENT).changes(before["schema"], after["schema"]):
                    yield f"{place}: {change}"
            else:
                yield from self._contents(Side.SENT, before.get("content", {}), after.get("content", {}), place)
        for key, after in news.items():
            if key not in olds and after.get("required"):
                yield f"parameter {_parameter_name(after)}: new and required"

    def _request_body(self) -> Iterator[str]:
        before = self.old_document.resolve(self.old.get("requestBody", {}))
        after = self.new_document.resolve(self.new.get("requestBody", {}))
        if before and not after:
            yield "request body: removed"
            return
        if after.get("required") and not before.get("required"):
            yield f"request body: {'required now' if before else 'new and required'}"
        yield from self._contents(Side.SENT, before.get("content", {}), after.get("content", {}), "request body")

    def _responses(self) -> Iterator[str]:
        olds, news = self.old.get("responses", {}), self.new.get("responses", {})
        for status, old in olds.items():
            place = f"response {status}"
            if status not in news:
                # A client does not wait for an error; the description of one may go.
                if str(status).startswith("2"):
                    yield f"{place}: removed"
                continue
            before, after = self.old_document.resolve(old), self.new_document.resolve(news[status])
            yield from self._contents(Side.READ, before.get("content", {}), after.get("content", {}), place)
            for header in sorted(_lower(before.get("headers", {})) - _lower(after.get("headers", {}))):
                yield f"{place}: header {header}: removed"

    def _contents(self, side: Side, olds: Json, news: Json, place: str) -> Iterator[str]:
        for media_type, before in olds.items():
            if media_type not in news:
                yield f"{place} {media_type}: removed"
                continue
            schemas = before.get("schema", True), news[media_type].get("schema", True)
            for change in self._narrowing(side).changes(*schemas):
                yield f"{place} {media_type}: {change}"

    def _narrowing(self, side: Side) -> Narrowing:
        return Narrowing(side, self.old_document, self.new_document)

    def _security(self) -> Iterator[str]:
        """Each way to be let in must still be one, perhaps with less."""
        ways = _ways_in(self.new_document, self.new)
        for way in _ways_in(self.old_document, self.old):
            if any(_suffices(way, other) for other in ways):
                continue
            name = " with ".join(sorted(way))
            yield f"security: {name} no longer suffices" if name else "security: wants authentication now"


def _parameters_of(document: Document, item: Json, operation: Json) -> dict[tuple[str, str], Json]:
    """Those of the path and of the operation, by place and name; names of headers are written as one likes."""
    parameters = [document.resolve(each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    return {(each["in"], each["name"].lower() if each["in"] == "header" else each["name"]): each for each in parameters}


def _parameter_name(parameter: Json) -> str:
    return f"{parameter['name']} ({parameter['in']})"


def _serialisation(parameter: Json) -> tuple[Any, Any]:
    style = parameter.get("style") or ("form" if parameter["in"] in ("query", "cookie") else "simple")
    return style, parameter.get("explode", style == "form")


def _lower(names: Json) -> set[str]:
    return {name.lower() for name in names}


def _ways_in(document: Document, operation: Json) -> list[Json]:
    return list(operation.get("security", document.content.get("security", ()))) or [ANONYMOUS]


def _suffices(way: Json, wanted: Mapping[str, list[str]]) -> bool:
    return all(scheme in way and set(scopes) <= set(way[scheme]) for scheme, scopes in wanted.items())
