"""The schemas of an OpenAPI document (3.0 or 3.1) in one plain form, whatever way they are written in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import reduce
from typing import Any

Json = Mapping[str, Any]

UPPER_LIMITS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER_LIMITS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
OTHER_RULES = ("format", "pattern", "multipleOf", "uniqueItems", "default")


class Side(Enum):
    """Whether clients send a value or read it."""

    SENT = "sent"
    READ = "read"


@dataclass(frozen=True)
class Shape:
    """A schema with its references and `allOf` put together. Schemas of parts stay as they are in the document.

    `types` without "null"; None: anything. `values` are those of an enumeration, as JSON; None: no enumeration.
    `extra` is `additionalProperties`; None: not said. `alternatives` are those of `oneOf` and `anyOf`, if any.
    """

    types: frozenset[str] | None = None
    is_nullable: bool = False
    values: frozenset[str] | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Json] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    extra: Json | bool | None = None
    items: Json | None = None
    alternatives: Sequence[Json] = ()
    hidden_from: Side | None = None

    @property
    def takes_null(self) -> bool:
        return self.is_nullable or self.types is None

    @property
    def is_only_null(self) -> bool:
        return self.is_nullable and self.types == frozenset()

    @property
    def is_enumeration(self) -> bool:
        return self.values is not None and not self.is_only_null


ANYTHING = Shape()


class Document:
    """An OpenAPI document whose references are followed. Raises ValueError for one that leads nowhere."""

    def __init__(self, content: Json) -> None:
        self.content = content
        # The schema is kept with its shape: its id() is its own only as long as it lives.
        self._shapes: dict[int, tuple[Json, Shape]] = {}

    def resolve(self, node: Json) -> Json:
        """`node`, or what it refers to, however many times over."""
        passed = set()
        while "$ref" in node:
            reference = node["$ref"]
            if reference in passed:
                raise ValueError(f"The reference {reference} leads back to itself")
            passed.add(reference)
            node = self._at(reference)
        return node

    def _at(self, reference: str) -> Json:
        root, *steps = reference.split("/")
        node: Any = self.content
        for step in steps:
            node = node.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(node, Mapping) else None
        if root != "#" or not isinstance(node, Mapping):
            raise ValueError(f"The reference {reference} leads nowhere in this document")
        return node

    def identity(self, schema: Json | bool) -> int:
        """The same for a schema and every plain reference to it, while this document lives."""
        if isinstance(schema, bool) or schema.keys() != {"$ref"}:
            return id(schema)
        return id(self.resolve(schema))

    def shape(self, schema: Json | bool) -> Shape:
        if isinstance(schema, bool):
            return ANYTHING
        if id(schema) not in self._shapes:
            # Meets itself while it is put together (`allOf` of itself): says nothing then.
            self._shapes[id(schema)] = (schema, ANYTHING)
            self._shapes[id(schema)] = (schema, self._put_together(schema))
        return self._shapes[id(schema)][1]

    def _put_together(self, schema: Json) -> Shape:
        parts = [_own_shape(schema)]
        if "$ref" in schema:
            parts.append(self.shape(self._at(schema["$ref"])))
        parts += [self.shape(part) for part in schema.get("allOf", ())]
        if alternatives := [*schema.get("oneOf", ()), *schema.get("anyOf", ())]:
            parts.append(self._one_of(alternatives))
        return reduce(_both, parts)

    def _one_of(self, schemas: Sequence[Json]) -> Shape:
        """Alternatives that are no more than "or null" or several enumerations become one plain shape."""
        shapes = [self.shape(schema) for schema in schemas]
        is_nullable = any(shape.is_nullable for shape in shapes)
        real = [(schema, shape) for schema, shape in zip(schemas, shapes, strict=True) if not shape.is_only_null]
        if not real:
            return Shape(types=frozenset(), is_nullable=True)
        if len(real) == 1:
            return replace(real[0][1], is_nullable=is_nullable)
        if all(shape.is_enumeration for _, shape in real):
            types = frozenset[str]().union(*(shape.types or () for _, shape in real))
            values = frozenset[str]().union(*(shape.values or () for _, shape in real))
            return Shape(types=types, is_nullable=is_nullable, values=values)
        return Shape(is_nullable=is_nullable, alternatives=[schema for schema, _ in real])


def _own_shape(schema: Json) -> Shape:
    """What a schema says itself, without what it refers to and puts together."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    types = _types(schema, values)
    return Shape(
        types=None if types is None else types - {"null"},
        is_nullable=bool(schema.get("nullable")) or "null" in (types or ()),
        values=None if values is None else frozenset(as_json(value) for value in values if value is not None),
        rules=_rules(schema),
        properties=schema.get("properties", {}),
        required=frozenset(schema.get("required", ())),
        extra=schema.get("additionalProperties"),
        items=schema.get("items"),
        hidden_from=Side.SENT if schema.get("readOnly") else Side.READ if schema.get("writeOnly") else None,
    )


def _types(schema: Json, values: Sequence[Any] | None) -> frozenset[str] | None:
    """As written, else as it follows from the rest; None: anything."""
    written = schema.get("type")
    if written is not None:
        return frozenset([written] if isinstance(written, str) else written)
    if values is not None:
        return frozenset(_type_of(value) for value in values)
    if "properties" in schema or "additionalProperties" in schema:
        return frozenset({"object"})
    return frozenset({"array"}) if "items" in schema else None


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")


def _rules(schema: Json) -> dict[str, Any]:
    """Limits and rules; 3.0's way to exclude a limit (`maximum` with `exclusiveMaximum: true`) becomes 3.1's."""
    rules = {name: schema[name] for name in (*UPPER_LIMITS, *LOWER_LIMITS, *OTHER_RULES) if name in schema}
    for limit, exclusive in (("maximum", "exclusiveMaximum"), ("minimum", "exclusiveMinimum")):
        if isinstance(rules.get(exclusive), bool):
            is_excluded = rules.pop(exclusive)
            if is_excluded and limit in rules:
                rules[exclusive] = rules.pop(limit)
    return rules


def _both(one: Shape, other: Shape) -> Shape:
    """What satisfies both. "Or null" is enough in one: that is how 3.0 writes a reference that may be null."""
    return Shape(
        types=_common_types(one.types, other.types),
        is_nullable=one.is_nullable or other.is_nullable,
        values=other.values
        if one.values is None
        else one.values
        if other.values is None
        else one.values & other.values,
        rules=_stricter(one.rules, other.rules),
        properties={**other.properties, **one.properties},
        required=one.required | other.required,
        extra=other.extra if one.extra is None else one.extra,
        items=other.items if one.items is None else one.items,
        alternatives=one.alternatives or other.alternatives,
        hidden_from=one.hidden_from or other.hidden_from,
    )


def _common_types(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    common = one & other
    return common | {"integer"} if "number" in one | other and "integer" in one | other else common


def _stricter(one: Json, other: Json) -> dict[str, Any]:
    rules = {**other, **one}
    for name in one.keys() & other.keys():
        if name in UPPER_LIMITS:
            rules[name] = min(one[name], other[name])
        elif name in LOWER_LIMITS:
            rules[name] = max(one[name], other[name])
    return rules


def as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
