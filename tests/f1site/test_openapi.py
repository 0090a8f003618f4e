"""What the OpenAPI document of the API promises to its readers."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import resolve
from jsonschema import Draft202012Validator

from core.api.views import ResourceViewSet
from f1site.openapi import site_document

REFERENCE = "#/components/"
MADE_AND_NOT_LISTED = ["rooms", "tickets"]
JSON, CSV, PROBLEM = "application/json", "text/csv", "application/problem+json"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document() -> dict:
    return json.loads(json.dumps(site_document()))


def operations(document: dict) -> Iterator[tuple[str, str, dict]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def resolved(document: dict, node: dict) -> dict:
    if "$ref" not in node:
        return node
    kind, name = node["$ref"].removeprefix(REFERENCE).split("/")
    return document["components"][kind][name]


def parameters(document: dict, operation: dict) -> list[dict]:
    return [resolved(document, each) for each in operation.get("parameters", ())]


def bodies(document: dict) -> Iterator[tuple[str, dict]]:
    """Every form of a body, with where it stands."""
    for path, method, operation in operations(document):
        sent = operation.get("requestBody", {}).get("content", {})
        answered = ((status, resolved(document, each)) for status, each in operation["responses"].items())
        for where, content in (("request", sent), *((status, each.get("content", {})) for status, each in answered)):
            for media_type, body in content.items():
                yield f"{method} {path} {where} {media_type}", body


def schemas(node: Any, where: str) -> Iterator[tuple[str, dict]]:
    """Every schema of a property, with where it stands."""
    if isinstance(node, dict):
        for name, schema in node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else ():
            yield f"{where}.{name}", schema
        for name, each in node.items():
            yield from schemas(each, f"{where}.{name}")
    elif isinstance(node, list):
        for each in node:
            yield from schemas(each, where)


def test_each_address_is_there_once_with_its_version_and_its_slash(document):
    paths = list(document["paths"])
    assert all(path.startswith("/api/v1/") and path.endswith("/") for path in paths)
    assert not [path for path in paths if set(path) & set("?\\^$()[]")]
    assert len({path.replace("{", "").replace("}", "") for path in paths}) == len(paths)


def test_each_resource_has_its_list_and_stands_in_the_order_of_the_index(document):
    names = list(settings.API_VERSIONS.newest.resources)
    assert [tag["name"] for tag in document["tags"]] == names
    assert all(tag["description"] for tag in document["tags"])
    assert [name for name in names if "get" not in document["paths"].get(f"/api/v1/{name}/", {})] == MADE_AND_NOT_LISTED
    assert all("post" in document["paths"][f"/api/v1/{name}/"] for name in MADE_AND_NOT_LISTED)


def test_each_operation_and_each_parameter_says_what_it_is_for(document):
    for path, method, operation in operations(document):
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        for parameter in parameters(document, operation):
            assert parameter["description"], (method, path, parameter["name"])


def test_no_two_operations_have_the_same_name(document):
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)


def test_each_property_says_what_it_is(document):
    silent = [
        where for where, schema in schemas(document, "") if not schema.get("description") and "$ref" not in schema
    ]
    assert silent == []


UNITS = ("second", "km/h", "celsius", "per cent", "millibar", "metres", "points", "share")


def test_each_number_says_its_unit(document):
    numbers = {
        f"{name}.{column}": schema["description"].lower()
        for name, resource in document["components"]["schemas"].items()
        for column, schema in resource["properties"].items()
        if "number" in schema["type"]
    }
    assert len(numbers) > 25
    assert [name for name, text in numbers.items() if not any(unit in text for unit in UNITS)] == []


def test_each_answer_and_each_request_has_an_example_that_fits(document):
    for where, body in bodies(document):
        if body["schema"].get("format") == "binary":
            continue
        assert "example" in body, where
        schema = {**body["schema"], "components": document["components"]}
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(body["example"])


def test_an_example_of_a_row_is_whole_and_the_same_as_csv(document):
    for name in set(settings.API_VERSIONS.newest.resources).difference(MADE_AND_NOT_LISTED):
        content = document["paths"][f"/api/v1/{name}/"]["get"]["responses"]["200"]["content"]
        (row,) = content[JSON]["example"]["results"]
        page = document["components"]["schemas"][content[JSON]["schema"]["$ref"].rpartition("/")[2]]
        properties = resolved(document, page["properties"]["results"]["items"])["properties"]
        assert list(row) == list(properties)
        header, cells = csv.reader(io.StringIO(content[CSV]["example"]))
        assert header == list(row)
        assert cells[0] == row["id"]


def test_the_parameters_of_resources_are_those_that_they_take(document):
    for path, method, operation in operations(document):
        view = resolve(re.sub(r"\{\w+\}", "1", path))
        if method != "get" or not issubclass(getattr(view.func, "cls", object), ResourceViewSet):
            continue
        resource = view.func.cls(action="list" if "{" not in path else "retrieve")
        asked = {each["name"] for each in parameters(document, operation) if each["in"] == "query"}
        assert asked == set(resource.parameter_names()), path


def test_each_refusal_is_a_problem(document):
    for path, method, operation in operations(document):
        statuses = operation["responses"].keys()
        assert {"400", "410"} <= statuses, (method, path)
        for status, response in operation["responses"].items():
            if status.startswith("4") or status.startswith("5"):
                assert list(resolved(document, response)["content"]) == [PROBLEM]


def test_what_is_cached_says_so_and_what_is_locked_says_how_to_get_in(document):
    for path, method, operation in operations(document):
        statuses, success = operation["responses"].keys(), operation["responses"].get("200", {})
        locked = path.startswith(("/api/v1/builds/", "/api/v1/tickets/"))
        assert bool(operation.get("security")) == locked == ({"401", "403"} <= statuses), (method, path)
        assert ("304" in statuses) == ("ETag" in success.get("headers", {})), (method, path)
        assert not (locked and "304" in statuses), (method, path)
    ways = document["paths"]["/api/v1/builds/"]["post"]["security"]
    assert {name for way in ways for name in way} == document["components"]["securitySchemes"].keys()


def test_what_operations_share_stands_once_and_nothing_stands_there_for_nobody(document):
    text = json.dumps(document)
    refs = set(re.findall(r'"\$ref": "#/components/([^"]+)"', text))
    there = {f"{kind}/{name}" for kind, named in document["components"].items() for name in named}
    assert there - refs == {"securitySchemes/token", "securitySchemes/session"}
    assert refs <= there
    assert {"parameters/page", "parameters/session", "responses/BadRequest", "schemas/Problem"} <= refs


def test_rows_may_be_sparse_so_none_of_their_properties_is_required(document):
    lap = document["components"]["schemas"]["Lap"]
    assert "required" not in lap
    assert lap["minProperties"] == 1


def test_the_protocol_of_the_socket_is_linked(document, client):
    assert document["externalDocs"]["url"] in document["info"]["description"]
    assert client.get(document["externalDocs"]["url"]).status_code == 200
