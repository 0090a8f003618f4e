"""What the OpenAPI document says of each operation: drf-spectacular, told how resources and described views work.

Only what makes the document imports this; the web process serves the document as a file.
"""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from core.api.columns import ColumnSerializer
from core.api.csv import csv_text
from core.api.described import CSV, JSON, Body, Described
from core.api.fields import Document
from core.api.filters import ColumnOrdering, TextSearch
from core.api.schema_components import header_refs, response_ref
from core.api.schema_parameters import fields_parameter, format_parameter
from core.api.views import FIELDS, FORMAT, FORMATS, ResourceViewSet

GONE, TOO_MANY = 410, 429
"""A version that has ended answers so at all of its addresses."""


class OperationSchema(AutoSchema):
    """Of one view and method; `core.api.openapi` gives every view its own."""

    @property
    def described(self) -> Described | None:
        operations: dict[str, Described] = getattr(self.view, "described", {})
        return operations.get(getattr(self.view, "action", None) or self.method.lower())

    @property
    def resource(self) -> ResourceViewSet | None:
        """The view, where this is the list or the detail of a resource: of those everything is known."""
        if not isinstance(self.view, ResourceViewSet) or self.described:
            return None
        return self.view if self.view.action in ("list", "retrieve") else None

    def get_summary(self) -> str | None:
        if self.described:
            return self.described.summary
        if self.resource is None:
            return super().get_summary()
        if self._is_list_view():
            return f"List {self.get_tags()[0].replace('-', ' ')}"
        names = self.resource.names
        return f"One {names.what if names is not None else self.resource.get_queryset().model._meta.verbose_name}"

    def get_auth(self) -> list[dict[str, list[str]]]:
        """The ways in are declared with the document; public views ask for none."""
        if not self.view.get_authenticators():
            return []
        return [{"token": []}, {"session": []}]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        name: str = super().get_serializer_name(serializer, direction)
        return name.removesuffix("Columns")

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        if not isinstance(self.view, ResourceViewSet):
            return super()._resolve_path_parameters(variables)
        names, example = self.view.names, _example(self.view.serializer_class)
        schema: dict[str, Any] = {"type": "string", "pattern": f"^{self.view.lookup_value_regex}$"}
        if names is None or "key" not in example:
            description, value = "The `id`, as lists have it.", example.get("id")
        else:
            latest = ", or `latest`" if names.latest else ""
            description, value = f"The {names.what}'s `key` or `id`{latest}.", example["key"]
        located = {"in": "path", "required": True, "description": description, "schema": schema}
        return [{"name": name, **located, **({} if value is None else {"example": value})} for name in variables]

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        if self.described:
            return [*map(self._located, parameters), *map(dict, self.described.parameters)]
        if self.resource is None:
            return parameters
        fields = fields_parameter(FIELDS, self.resource.get_serializer_class().columns())
        if not self._is_list_view():
            return [*parameters, fields]
        pages = self._get_pagination_parameters()
        form = format_parameter(FORMAT, FORMATS)
        # What every list takes comes first, then the filters, of which there are many.
        common = (ColumnOrdering.parameter, TextSearch.parameter)
        filters = sorted(parameters, key=lambda each: each["name"] not in common)
        return [*pages, form, fields, *(each for each in filters if each not in pages)]

    def _located(self, parameter: dict[str, Any]) -> dict[str, Any]:
        """A parameter of a described view's path, which drf-spectacular knows by its pattern only.

        Raises KeyError for one that is not described.
        """
        assert self.described is not None
        description, example = self.described.path[parameter["name"]]
        return {**parameter, "description": description, "example": example}

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False if self.described else super()._is_list_view(serializer)

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        if isinstance(serializer, ColumnSerializer):
            _allow_sparse(schema)
            for name, value in serializer.example.items():
                schema["properties"][name]["examples"] = [value]
        elif direction == "request":
            # What is sent has no properties but these: `core.api.body` refuses others.
            schema["additionalProperties"] = False
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        return {"type": "object", **schema} if isinstance(field, Document) else schema

    def _get_request_body(self, direction: Any = "request") -> Any:
        if not self.described:
            return super()._get_request_body(direction)
        if self.described.request is None:
            return None
        schema = self.resolve_serializer(self.described.request, "request").ref
        return {"required": True, "content": {JSON: _content(Body(schema, self.described.request_example))}}

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        if self.described:
            return self._described_responses(self.described)
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        if self.resource is None:
            return {**responses, **_refusals(400, 404)}
        answer = responses["200"]
        example = _example(self.resource.get_serializer_class())
        if self._is_list_view():
            answer["description"] = "A page of rows; as CSV all of them, or one page."
            answer["content"][JSON]["example"] = {"count": 1, "next": None, "previous": None, "results": [example]}
            answer["content"][CSV] = _content(
                Body({"type": "string"}, csv_text(list(example), [tuple(example.values())]))
            )
        else:
            answer["description"] = "The row."
            answer["content"][JSON]["example"] = example
        if self.view.get_authenticators():
            return {"200": answer, **_refusals(400, 401, 403, 404)}
        return {"200": {**answer, "headers": header_refs()}, **_refusals(304, 400, 404)}

    def _described_responses(self, described: Described) -> dict[str, Any]:
        headers = {
            **(header_refs() if described.is_cached else {}),
            **{name: {"description": said, "schema": {"type": "string"}} for name, said in described.headers.items()},
        }
        content = {media_type: _content(body) for media_type, body in described.bodies.items()}
        answers = {
            str(status): {"description": said, "content": content, **({"headers": headers} if headers else {})}
            for status, said in described.answers.items()
        }
        unchanged = (304,) if described.is_cached else ()
        return {**answers, **_refusals(*unchanged, *described.refusals)}


def _refusals(*statuses: int) -> dict[str, Any]:
    """These, and what every address may answer."""
    return {str(status): response_ref(status) for status in sorted((*statuses, GONE, TOO_MANY))}


def _content(body: Body) -> dict[str, Any]:
    return {"schema": dict(body.schema), **({} if body.example is None else {"example": body.example})}


def _example(serializer: Any) -> dict[str, Any]:
    return dict(getattr(serializer, "example", {}))


def _allow_sparse(schema: dict[str, Any]) -> None:
    """Rows are whole unless `fields` asks for some properties: so none is `required`, though never all are missing.

    To call them required would be a lie to clients that use `fields`, and two schemas for every resource would say
    the same twice.
    """
    schema.pop("required", None)
    schema["description"] = "Whole, unless `fields` asks for some of it."
    schema["minProperties"] = 1
