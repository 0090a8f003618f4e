"""What breaks clients of an OpenAPI document, and what does not."""

from copy import deepcopy

import pytest

from core.schema_changes import breaking_changes

PATH = "/api/v1/laps/"
LIST = f"GET {PATH}"
BODY = "POST /api/v1/rooms/: request body application/json"
ROW = f"{LIST}: response 200 application/json"

BASE = {
    "openapi": "3.0.3",
    "paths": {
        PATH: {
            "parameters": [{"name": "X-Unit", "in": "header", "schema": {"type": "string"}}],
            "get": {
                "operationId": "laps_list",
                "parameters": [
                    {"$ref": "#/components/parameters/Page"},
                    {
                        "name": "size",
                        "in": "query",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
                    },
                    {"name": "compound", "in": "query", "schema": {"type": "string", "enum": ["SOFT", "HARD"]}},
                    {"name": "driver", "in": "query", "schema": {"type": "string", "maxLength": 200}},
                    {"name": "where", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}},
                ],
                "responses": {
                    "200": {
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Page"}},
                            "text/csv": {"schema": {"type": "string"}},
                        },
                    },
                    "400": {"$ref": "#/components/responses/Problem"},
                },
                "security": [{}, {"token": []}],
            },
        },
        "/api/v1/laps/{id}/": {
            "get": {
                "operationId": "laps_read",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "A lap"}},
            },
        },
        "/api/v1/rooms/": {
            "post": {
                "operationId": "rooms_create",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewRoom"}}}},
                "responses": {"201": {"description": "Made"}},
                "security": [{"token": ["write"]}, {"session": []}],
            },
        },
    },
    "components": {
        "parameters": {"Page": {"name": "page", "in": "query", "schema": {"type": "integer"}}},
        "responses": {
            "Problem": {
                "content": {
                    "application/problem+json": {
                        "schema": {"type": "object", "properties": {"detail": {"type": "string"}}}
                    }
                }
            }
        },
        "schemas": {
            "Page": {
                "type": "object",
                "required": ["results"],
                "properties": {"results": {"type": "array", "items": {"$ref": "#/components/schemas/Lap"}}},
            },
            "Lap": {
                "type": "object",
                "required": ["number", "time", "compound"],
                "properties": {
                    "number": {"type": "integer"},
                    "time": {"type": "number", "format": "double"},
                    "set_at": {"type": "string", "format": "date-time"},
                    "compound": {"allOf": [{"$ref": "#/components/schemas/Compound"}], "nullable": True},
                    "previous": {"$ref": "#/components/schemas/Lap"},
                    "sectors": {"type": "object", "additionalProperties": {"type": "number"}},
                    "secret": {"type": "string", "writeOnly": True},
                    "gap": {"oneOf": [{"type": "number"}, {"$ref": "#/components/schemas/Gap"}]},
                },
            },
            "Compound": {"type": "string", "enum": ["SOFT", "HARD"]},
            "Gap": {"type": "object", "properties": {"laps": {"type": "integer"}}},
            "NewRoom": {
                "type": "object",
                "required": ["replay"],
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "replay": {"type": "string"},
                    "name": {"type": "string", "nullable": True},
                    "speed": {"type": "number", "minimum": 0.25, "maximum": 64},
                    "control": {"type": "string", "enum": ["host", "everyone"], "default": "host"},
                    "start": {"oneOf": [{"type": "number"}, {"$ref": "#/components/schemas/Gap"}]},
                    "labels": {"type": "object"},
                    "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 10},
                },
            },
        },
    },
}

OPERATION = f"paths|{PATH}|get"
PAGE, SIZE, COMPOUND, DRIVER, WHERE = (f"{OPERATION}|parameters|{number}" for number in range(5))
OK = f"{OPERATION}|responses|200"
LAP = "components|schemas|Lap|properties"
NEEDED = "components|schemas|Lap|required"
ROOM = "components|schemas|NewRoom"
SENT = f"{ROOM}|properties"
POST = "paths|/api/v1/rooms/|post"
GONE = object()
SHARED = "authentication for the whole document"


def changed(*changes):
    """BASE with `path|to|the|place` set to values; GONE removes it, and a number is a place in a list."""
    document = deepcopy(BASE)
    for place, value in changes:
        *steps, last = [int(step) if step.isdecimal() and len(step) == 1 else step for step in place.split("|")]
        node = document
        for step in steps:
            node = node[step]
        if value is GONE:
            del node[last]
        elif isinstance(node, list) and last == len(node):
            node.append(value)
        else:
            node[last] = value
    return document


BREAKING = {
    "path removed": ([(f"paths|{PATH}", GONE)], f"{PATH}: removed"),
    "operation removed": ([(OPERATION, GONE)], f"{LIST}: removed"),
    "operation renamed": ([(f"{OPERATION}|operationId", "a")], f"{LIST}: operationId changed from laps_list to a"),
    "operation without a name": (
        [(f"{OPERATION}|operationId", GONE)],
        f"{LIST}: operationId changed from laps_list to none",
    ),
    # Parameters
    "parameter removed": ([(DRIVER, GONE)], f"{LIST}: parameter driver (query): removed"),
    "parameter of the path item removed": (
        [(f"paths|{PATH}|parameters", [])],
        f"{LIST}: parameter X-Unit (header): removed",
    ),
    "parameter behind a reference required": (
        [("components|parameters|Page|required", True)],
        f"{LIST}: parameter page (query): required now",
    ),
    "new parameter required": (
        [(f"{OPERATION}|parameters|5", {"name": "new", "in": "query", "required": True, "schema": {}})],
        f"{LIST}: parameter new (query): new and required",
    ),
    "parameter of another type": (
        [(f"{DRIVER}|schema|type", "integer")],
        f"{LIST}: parameter driver (query): type changed from string to integer",
    ),
    "number becomes whole number": (
        [(f"{SENT}|speed|type", "integer")],
        f"{BODY}: speed: type changed from number to integer",
    ),
    "value of a parameter removed": (
        [(f"{COMPOUND}|schema|enum", ["SOFT"])],
        f'{LIST}: parameter compound (query): no longer takes "HARD"',
    ),
    "parameter gets an enumeration": (
        [(f"{DRIVER}|schema|enum", ["VER", "NOR"])],
        f'{LIST}: parameter driver (query): takes only "NOR", "VER" now',
    ),
    "maximum lowered": (
        [(f"{SIZE}|schema|maximum", 500)],
        f"{LIST}: parameter size (query): maximum lowered from 1000 to 500",
    ),
    "minimum raised": (
        [(f"{SIZE}|schema|minimum", 2)],
        f"{LIST}: parameter size (query): minimum raised from 1 to 2",
    ),
    "new limit": (
        [(f"{DRIVER}|schema|minLength", 1)],
        f"{LIST}: parameter driver (query): minLength 1 is new",
    ),
    "limit excluded, as 3.0 writes it": (
        [(f"{SIZE}|schema|exclusiveMaximum", True)],
        f"{LIST}: parameter size (query): exclusiveMaximum 1000 is new",
    ),
    "new pattern": (
        [(f"{DRIVER}|schema|pattern", "^[A-Z]+$")],
        f"{LIST}: parameter driver (query): pattern ^[A-Z]+$ is new",
    ),
    "another default": (
        [(f"{SIZE}|schema|default", 50)],
        f"{LIST}: parameter size (query): default changed from 100 to 50",
    ),
    "no default": (
        [(f"{SIZE}|schema|default", GONE)],
        f"{LIST}: parameter size (query): default changed from 100 to none",
    ),
    "list written otherwise": (
        [(f"{DRIVER}|explode", False)],
        f"{LIST}: parameter driver (query): written differently (style, explode)",
    ),
    "content of a parameter narrowed": (
        [(f"{WHERE}|content|application/json|schema|type", "array")],
        f"{LIST}: parameter where (query) application/json: type changed from object to array",
    ),
    # Request bodies
    "body required": ([(f"{POST}|requestBody|required", True)], "POST /api/v1/rooms/: request body: required now"),
    "body removed": ([(f"{POST}|requestBody", GONE)], "POST /api/v1/rooms/: request body: removed"),
    "body new and required": (
        [(f"{OPERATION}|requestBody", {"required": True, "content": {}})],
        f"{LIST}: request body: new and required",
    ),
    "media type of the body removed": ([(f"{POST}|requestBody|content", {})], f"{BODY}: removed"),
    "sent property required": ([(f"{ROOM}|required", ["replay", "name"])], f"{BODY}: name: required now"),
    "sent property new and required": (
        [(f"{SENT}|host", {"type": "string"}), (f"{ROOM}|required", ["replay", "host"])],
        f"{BODY}: host: new and required",
    ),
    "sent property removed": ([(f"{SENT}|name", GONE)], f"{BODY}: name: removed"),
    "sent property may only be read": ([(f"{SENT}|name|readOnly", True)], f"{BODY}: name: removed"),
    "sent property no longer null": ([(f"{SENT}|name|nullable", False)], f"{BODY}: name: no longer takes null"),
    "sent property narrowed": ([(f"{SENT}|speed|maximum", 16)], f"{BODY}: speed: maximum lowered from 64 to 16"),
    "items of a sent list narrowed": (
        [(f"{SENT}|tags|items|maxLength", 5)],
        f"{BODY}: tags[]: maxLength 5 is new",
    ),
    "other properties not taken": (
        [(f"{SENT}|labels|additionalProperties", False)],
        f"{BODY}: labels.*: no longer taken",
    ),
    "other properties of one type": (
        [(f"{SENT}|labels|additionalProperties", {"type": "string"})],
        f"{BODY}: labels.*: type changed from anything to string",
    ),
    "alternative not taken": (
        [(f"{SENT}|start|oneOf", [{"type": "number"}, {"type": "boolean"}])],
        f"{BODY}: start: no longer takes Gap",
    ),
    "alternative narrowed": (
        [("components|schemas|Gap|required", ["laps"])],
        f"{BODY}: start.laps: required now",
    ),
    # Responses
    "success removed": ([(f"{OPERATION}|responses|200", GONE)], f"{LIST}: response 200: removed"),
    "media type removed": ([(f"{OK}|content|text/csv", GONE)], f"{LIST}: response 200 text/csv: removed"),
    "header removed": ([(f"{OK}|headers", {})], f"{LIST}: response 200: header etag: removed"),
    "property removed": ([(f"{LAP}|set_at", GONE)], f"{ROW}: results[].set_at: removed"),
    "property not always there": ([(NEEDED, ["time", "compound"])], f"{ROW}: results[].number: may be missing now"),
    "property may be null": ([(f"{LAP}|number|nullable", True)], f"{ROW}: results[].number: may be null now"),
    "property may be null, as 3.1 writes it": (
        [(f"{LAP}|number|type", ["integer", "null"])],
        f"{ROW}: results[].number: may be null now",
    ),
    "property may be null, by an alternative": (
        [(f"{LAP}|number", {"anyOf": [{"type": "integer"}, {"type": "null"}]})],
        f"{ROW}: results[].number: may be null now",
    ),
    "property of another type": (
        [(f"{LAP}|number|type", "string")],
        f"{ROW}: results[].number: type changed from integer to string",
    ),
    "whole number becomes number": (
        [(f"{LAP}|number|type", "number")],
        f"{ROW}: results[].number: type changed from integer to number",
    ),
    "property of any type": (
        [(f"{LAP}|number", {})],
        f"{ROW}: results[].number: type changed from integer to anything",
    ),
    "another format": (
        [(f"{LAP}|set_at|format", "date")],
        f"{ROW}: results[].set_at: format changed from date-time to date",
    ),
    "items are no longer described": (
        [("components|schemas|Page|properties|results|items", GONE)],
        f"{ROW}: results[]: type changed from object to anything",
    ),
    "values of a map of another type": (
        [(f"{LAP}|sectors|additionalProperties|type", "string")],
        f"{ROW}: results[].sectors.*: type changed from number to string",
    ),
    "values of a map removed": (
        [(f"{LAP}|sectors|additionalProperties", False)],
        f"{ROW}: results[].sectors.*: removed",
    ),
    "new alternative": (
        [(f"{LAP}|gap|oneOf|2", {"type": "string"})],
        f"{ROW}: results[].gap: may now be string",
    ),
    "property may only be sent": ([(f"{LAP}|number|writeOnly", True)], f"{ROW}: results[].number: removed"),
    "body of an error": (
        [("components|responses|Problem|content|application/problem+json|schema|properties", {})],
        f"{LIST}: response 400 application/problem+json: detail: removed",
    ),
    # Security
    "authentication": ([(f"{OPERATION}|security", [{"token": []}])], f"{LIST}: security: wants authentication now"),
    "way in removed": (
        [(f"{POST}|security", [{"token": ["write"]}])],
        "POST /api/v1/rooms/: security: session no longer suffices",
    ),
    "wider scope": (
        [(f"{POST}|security", [{"token": ["admin"]}, {"session": []}])],
        "POST /api/v1/rooms/: security: token no longer suffices",
    ),
    SHARED: (
        [("security", [{"token": []}])],
        "GET /api/v1/laps/{id}/: security: wants authentication now",
    ),
}

HARMLESS = {
    "nothing": [],
    "path added": [("paths|/api/v1/new/", {"get": {"responses": {}}})],
    "operation added": [(f"paths|{PATH}|post", {"requestBody": {"required": True, "content": {}}, "responses": {}})],
    "descriptions": [(f"{OPERATION}|description", "Laps"), (f"{LAP}|number|description", "From 1")],
    "optional parameter added": [(f"{OPERATION}|parameters|5", {"name": "new", "in": "query", "schema": {}})],
    "parameter no longer required": [("paths|/api/v1/laps/{id}/|get|parameters|0|required", False)],
    "header named in other letters": [(f"paths|{PATH}|parameters|0|name", "x-unit")],
    "parameter without its reference": [(PAGE, {"name": "page", "in": "query", "schema": {"type": "integer"}})],
    "value of a parameter added": [(f"{COMPOUND}|schema|enum", ["SOFT", "HARD", "WET"])],
    "parameter loses its enumeration": [(f"{COMPOUND}|schema|enum", GONE)],
    "maximum raised": [(f"{SIZE}|schema|maximum", 2000)],
    "minimum lowered": [(f"{SIZE}|schema|minimum", 0)],
    "limit removed": [(f"{DRIVER}|schema|maxLength", GONE)],
    "sent whole number may be any": [(f"{SIZE}|schema|type", "number")],
    "sent property no longer required": [(f"{ROOM}|required", [])],
    "sent property added": [(f"{SENT}|host", {"type": "string"})],
    "sent property may be null": [(f"{SENT}|replay|nullable", True)],
    "sent alternative added": [(f"{SENT}|start|oneOf|2", {"type": "string"})],
    "sent value may be anything": [(f"{SENT}|start", {})],
    "what is only read, of what is sent": [(f"{SENT}|id", GONE)],
    "media type of the body added": [(f"{POST}|requestBody|content|text/csv", {})],
    "property added": [(f"{LAP}|new", {"type": "string"})],
    "property added that is always there": [(f"{LAP}|new", {"type": "string"}), (f"{NEEDED}|3", "new")],
    "property always there": [(f"{NEEDED}|3", "set_at")],
    "property never null": [(f"{LAP}|compound|nullable", False)],
    "null, as 3.1 writes it": [
        (f"{LAP}|compound", {"anyOf": [{"$ref": "#/components/schemas/Compound"}, {"type": "null"}]})
    ],
    "null, as an enumeration of its own": [
        (f"{LAP}|compound", {"oneOf": [{"$ref": "#/components/schemas/Compound"}, {"enum": [None]}]})
    ],
    # The sport makes new ones, and clients are told to expect that.
    "value added to what is read": [("components|schemas|Compound|enum", ["SOFT", "HARD", "HYPERSOFT"])],
    "value removed from what is read": [("components|schemas|Compound|enum", ["SOFT"])],
    "read number is whole": [(f"{LAP}|time", {"type": "integer"})],
    "read limits": [(f"{LAP}|number|maximum", 99)],
    "read alternative removed": [(f"{LAP}|gap", {"type": "number"})],
    "what is only sent, of what is read": [(f"{LAP}|secret", GONE)],
    "media type added": [(f"{OK}|content|text/plain", {})],
    "error removed": [(f"{OPERATION}|responses|400", GONE)],
    "status added": [(f"{OPERATION}|responses|404", {"description": "None"})],
    "nobody is asked who they are": [(f"{POST}|security", [])],
    "another way in": [(f"{POST}|security", [{"token": ["write"]}, {"session": []}, {"key": []}])],
    "smaller scope": [(f"{POST}|security", [{"token": []}, {"session": []}])],
    "version and title": [("openapi", "3.1.0"), ("info", {"title": "Another"})],
}


@pytest.mark.parametrize(("changes", "message"), BREAKING.values(), ids=BREAKING)
def test_what_breaks_clients_is_told_with_its_place(changes, message):
    assert message in breaking_changes(BASE, changed(*changes))


ALONE = {name: case for name, case in BREAKING.items() if name != SHARED}


@pytest.mark.parametrize(("changes", "message"), ALONE.values(), ids=ALONE)
def test_one_change_is_told_once(changes, message):
    assert breaking_changes(BASE, changed(*changes)) == [message]


@pytest.mark.parametrize("changes", HARMLESS.values(), ids=HARMLESS)
def test_what_breaks_no_client_is_not_told(changes):
    assert breaking_changes(BASE, changed(*changes)) == []


def document_of(schema, **schemas):
    content = {"application/json": {"schema": schema}}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"content": content}}}
    return {"paths": {"/x": {"post": operation}}, "components": {"schemas": schemas}}


A, B = {"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}
ENDLESS = {
    "property": (A, {"A": {"properties": {"a": A, "b": {"type": "string"}}}}),
    "items": (A, {"A": {"type": "array", "items": A}}),
    "entries of a map": (A, {"A": {"additionalProperties": A}}),
    "two in turn": (A, {"A": {"properties": {"b": B}}, "B": {"properties": {"a": A}}}),
    "alternative": (A, {"A": {"oneOf": [{"type": "string"}, {"type": "array", "items": A}]}}),
    "alternative that is itself": (A, {"A": {"oneOf": [A, {"type": "string"}]}}),
    "part of itself": (A, {"A": {"allOf": [A, {"type": "string"}]}}),
}


@pytest.mark.parametrize(("schema", "schemas"), ENDLESS.values(), ids=ENDLESS)
def test_schemas_that_hold_themselves_come_to_an_end(schema, schemas):
    assert breaking_changes(document_of(schema, **schemas), document_of(schema, **deepcopy(schemas))) == []


def test_a_change_deep_in_two_schemas_that_hold_each_other_is_found():
    old = document_of(A, A={"properties": {"b": B}}, B={"properties": {"a": A, "n": {"type": "integer"}}})
    new = document_of(A, A={"properties": {"b": B}}, B={"properties": {"a": A, "n": {"type": "string"}}})
    assert breaking_changes(old, new) == [
        "POST /x: request body application/json: b.n: type changed from integer to string",
        "POST /x: response 200 application/json: b.n: type changed from integer to string",
    ]


def test_a_renamed_path_parameter_is_another_parameter_of_the_same_path():
    new = deepcopy(BASE)
    item = new["paths"].pop("/api/v1/laps/{id}/")
    item["get"]["parameters"][0]["name"] = "lap"
    new["paths"]["/api/v1/laps/{lap}/"] = item
    assert breaking_changes(BASE, new) == [
        "GET /api/v1/laps/{id}/: parameter id (path): removed",
        "GET /api/v1/laps/{id}/: parameter lap (path): new and required",
    ]


@pytest.mark.parametrize("reference", ["#/components/schemas/None", "other.json#/A", "#/paths/~1x/post/responses/9"])
def test_a_reference_that_leads_nowhere_is_named(reference):
    with pytest.raises(ValueError, match=f"{reference} leads nowhere"):
        breaking_changes(document_of({"$ref": reference}), document_of({"type": "string"}))


def test_a_reference_to_itself_is_named():
    with pytest.raises(ValueError, match="leads back to itself"):
        breaking_changes(document_of(A, A=A), document_of({"type": "string"}))


def test_neither_document_is_touched():
    new = changed((f"{LAP}|number|type", "string"))
    before = deepcopy((BASE, new))
    breaking_changes(BASE, new)
    assert before == (BASE, new)
