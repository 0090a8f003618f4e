"""`docs/openapi.json` is what the code generates, and a change that breaks clients does not get into it."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.versions import ApiVersion, ApiVersions
from f1site import schema_document
from f1site.schema_document import BadDocument

NOW = datetime(2030, 6, 1, tzinfo=UTC)
OPERATION = {"operationId": "laps_list", "responses": {"200": {"description": "Laps"}}}
LAPS = {"openapi": "3.0.3", "info": {"title": "Läufe", "version": "1"}, "paths": {"/api/v1/laps/": {"get": OPERATION}}}
MORE = {**LAPS, "paths": {**LAPS["paths"], "/api/v1/drivers/": {"get": {"responses": {}}}}}
BROKEN = {**LAPS, "paths": {"/api/v1/laps/": {"get": {**OPERATION, "operationId": "other"}}}}


def test_the_committed_document_is_what_the_code_generates():
    call_command("schema", check=True, stdout=StringIO())


def test_the_document_describes_every_address_of_the_version_and_no_other():
    assert all(path.startswith("/api/v1/") for path in schema_document.generate()["paths"])


@pytest.fixture
def file(tmp_path, settings):
    """The committed document, not there yet."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs" / "openapi.json"


@pytest.fixture
def generates(monkeypatch):
    """`generates(document)`: what the code comes to, from here on."""

    def generates(document):
        monkeypatch.setattr(schema_document, "generate", lambda: deepcopy(document))

    return generates


def schema(**task) -> str:
    out = StringIO()
    call_command("schema", stdout=out, **task)
    return out.getvalue()


def test_the_first_document_is_written_readably_and_in_the_order_of_the_code(file, generates):
    generates(LAPS)
    assert schema(write=True) == "docs/openapi.json: written, 1 paths\n"
    text = file.read_text(encoding="utf-8")
    assert json.loads(text) == LAPS
    assert text.startswith('{\n "openapi": "3.0.3",\n "info": {\n  "title": "Läufe",')
    assert text.endswith("}\n")


def test_a_document_that_has_not_changed_passes_the_check_and_stays_as_it_is(file, generates):
    generates(LAPS)
    schema(write=True)
    before = file.read_bytes()
    assert schema(check=True) == "docs/openapi.json: unchanged, 1 paths\n"
    assert schema(write=True) == "docs/openapi.json: unchanged, 1 paths\n"
    assert file.read_bytes() == before


def test_a_harmless_change_fails_the_check_and_is_written(file, generates):
    schema_document.write(file, LAPS)
    generates(MORE)
    with pytest.raises(CommandError, match=r"run `make schema`, and commit it \(/api/v1/drivers/\)"):
        schema(check=True)
    assert schema(write=True) == "docs/openapi.json: written, 2 paths\n"
    assert json.loads(file.read_text(encoding="utf-8")) == MORE


def test_a_breaking_change_fails_the_check_and_is_not_written(file, generates):
    schema_document.write(file, LAPS)
    before = file.read_bytes()
    generates(BROKEN)
    message = "breaks clients.*\n  GET /api/v1/laps/: operationId changed from laps_list to other"
    with pytest.raises(CommandError, match=f"not what the code generates.*{message}"):
        schema(check=True)
    with pytest.raises(CommandError, match=f"not written.*{message}"):
        schema(write=True)
    assert file.read_bytes() == before


def test_no_document_fails_the_check(file, generates):
    generates(LAPS)
    with pytest.raises(CommandError, match=r"there is no docs/openapi\.json: run `make schema`"):
        schema(check=True)
    assert not file.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "is not JSON"), ("[]", "it has no paths"), ('{"paths": {"/x": {"$ref": "#/y"}}}', "#/y leads nowhere")],
)
def test_a_document_that_is_none_is_named_and_kept(file, generates, text, message):
    file.write_text(text)
    generates({**LAPS, "paths": {"/x": {}}})
    with pytest.raises(CommandError, match=message):
        schema(write=True)
    assert file.read_text() == text


def test_a_folder_that_is_not_there_is_named(file, generates):
    file.parent.rmdir()
    generates(LAPS)
    with pytest.raises(CommandError, match=r"docs/openapi\.json cannot be written: No such file"):
        schema(write=True)


@pytest.mark.parametrize("task", [[], ["--check", "--write"]])
def test_the_command_does_one_thing(task):
    with pytest.raises(CommandError, match=r"--check --write is required|not allowed with"):
        call_command("schema", *task)


def test_code_that_generates_no_openapi_is_told(monkeypatch):
    monkeypatch.setattr(schema_document, "site_document", lambda: {"openapi": "3.0.3", "info": {}, "paths": {}})
    with pytest.raises(BadDocument, match="is not OpenAPI"):
        schema_document.generate()


def versions(**dates) -> ApiVersions:
    return ApiVersions((ApiVersion("v1", "x", **dates), ApiVersion("v2", "y")))


NEXT = {"openapi": "3.0.3", "paths": {"/api/v2/laps/": {"get": {"operationId": "other", "responses": {}}}}}


def test_a_new_version_beside_the_old_one_breaks_nothing():
    both = {**LAPS, "paths": {**LAPS["paths"], **NEXT["paths"]}}
    assert schema_document.breaks(LAPS, both, versions(), NOW) == []


def test_a_version_leaves_the_document_after_its_sunset_and_not_before():
    old = datetime(2029, 1, 1, tzinfo=UTC)
    gone = versions(deprecated_at=old, sunset_at=datetime(2030, 1, 1, tzinfo=UTC))
    deprecated = versions(deprecated_at=old, sunset_at=datetime(2031, 1, 1, tzinfo=UTC))
    assert schema_document.breaks(LAPS, NEXT, gone, NOW) == []
    assert schema_document.breaks(LAPS, NEXT, deprecated, NOW) == ["/api/v1/laps/: removed"]


def test_what_differs_is_named():
    new = deepcopy(MORE)
    new["info"]["title"] = "Laps"
    new["components"] = {"schemas": {"Lap": {}}}
    assert schema_document.differences(LAPS, new) == ["/api/v1/drivers/", "info", "schemas/Lap"]
