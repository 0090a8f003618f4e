"""Every operation of the OpenAPI document against a real server: what it allows, and what it does not.

Keys of seasons, sessions and the like are told to Schemathesis, since made-up ones would never get further than the
door; so are the ids of rows.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from tests.f1site.environment import PROJECT, bare_environment
from tests.services import POSTGRES_URL, why_no_postgres

pytestmark = pytest.mark.slow

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
)

FILL = """
import django; django.setup()
from dataclasses import replace
from django.core.management import call_command
call_command("migrate", verbosity=0)
from core.models import Token, TokenScope
from replays.builds import build_session_replay
from tests.replays.synthetic import synthetic_session
data = synthetic_session()
first, second, *others = data.laps
stop = replace(first, pit_in_ms=first.end_ms - 900), replace(second, pit_out_ms=second.start_ms + 900)
build_session_replay(replace(data, laps=(*stop, *others)), on_stage=lambda stage: None)
print(Token.objects.create_key(name="schemathesis", scope=TokenScope.BUILD)[1])
"""


@dataclass(frozen=True)
class Site:
    """A site with one synthetic race. `names` are keys or ids of rows, by resource."""

    url: str
    token: str
    names: dict[str, list[str]]


@pytest.fixture(scope="module")
def database_url(tmp_path_factory) -> Iterator[str]:
    """A database of its own: PostgreSQL where there is one, since it takes less than SQLite does."""
    if why_no_postgres():
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'db.sqlite3'}"
        return
    name = sql.Identifier(f"test_f1_schemathesis_{os.getpid()}")
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield re.sub(r"/[^/]*\Z", f"/test_f1_schemathesis_{os.getpid()}", POSTGRES_URL)
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(scope="module")
def site(tmp_path_factory, database_url) -> Iterator[Site]:
    environment = bare_environment(
        tmp_path_factory.mktemp("site"),
        DATABASE_URL=database_url,
        DEBUG="false",
        RATE_LIMIT_PER_MINUTE="0",
        DJANGO_SETTINGS_MODULE="f1site.settings",
        PYTHONPATH=str(PROJECT),
    )
    filled = subprocess.run(
        [sys.executable, "-c", FILL], cwd=PROJECT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    command = [sys.executable, "manage.py", "serve"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            announced = (re.search(r"http://[^/\s]+", line) for line in server.stdout)
            url, token = next(filter(None, announced)).group(), filled.stdout.split()[-1]
            yield Site(url, token, {resource: names_of(url, token, resource) for resource in resources()})
        finally:
            server.kill()


def resources() -> list[str]:
    """Those that can be listed."""
    document = json.loads((settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return [name for name in settings.API_VERSIONS.newest.resources if "get" in document["paths"][f"/api/v1/{name}/"]]


def names_of(url: str, token: str, resource: str) -> list[str]:
    """Of two rows."""
    request = Request(f"{url}/api/v1/{resource}/?page_size=2", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request) as response:
        rows = json.load(response)["results"]
    assert rows, f"there are no {resource} to ask for"
    return [row.get("key") or row["id"] for row in rows]


@pytest.fixture(scope="module")
def document(site) -> dict:
    """The document, with names there are on the site in place of any text."""
    document = json.loads((settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8"))
    for path, item in document["paths"].items():
        for operation in item.values():
            operation["parameters"] = [resolved(document, each) for each in operation.get("parameters", ())]
            for parameter in operation["parameters"]:
                tell_names(parameter, path, site.names)
    document["components"]["schemas"]["BuildRequest"]["properties"]["session"]["enum"] = site.names["sessions"]
    return document


def resolved(document: dict, parameter: dict) -> dict:
    if "$ref" not in parameter:
        return parameter
    return deepcopy(document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]])


def tell_names(parameter: dict, path: str, names: dict[str, list[str]]) -> None:
    schema = parameter["schema"].get("items", parameter["schema"])
    in_path = parameter["in"] == "path" and parameter["name"] != "number"
    resource = path.split("/")[3] if in_path else f"{parameter['name'].removesuffix('__in')}s"
    if resource in names and schema["type"] == "string":
        schema["enum"] = names[resource]
        parameter.pop("example", None)


def with_one_parameter_of_a_kind(document: dict) -> dict:
    """Each operation with only the first of its parameters that take the same: what comes after it runs alike."""
    document = deepcopy(document)
    for item in document["paths"].values():
        for operation in item.values():
            kinds = {}
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" or parameter["required"]:
                    kinds[parameter["name"]] = parameter
                else:
                    kinds.setdefault(json.dumps(parameter["schema"], sort_keys=True), parameter)
            operation["parameters"] = list(kinds.values())
    return document


def run_schemathesis(site: Site, document: dict, folder: Path, *options: str) -> None:
    file = folder / "openapi.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    # By one worker: with more, Hypothesis parses source in several threads, and CPython 3.11 sometimes fails at that
    # ("AST constructor recursion depth mismatch").
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(file), "--url", site.url, "--no-color"),
        *("--checks", ",".join(CHECKS), "--warnings", "off", "--suppress-health-check", "all"),
        *("--generation-deterministic", "--header", f"Authorization: Bearer {site.token}", *options),
    ]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_the_edges_of_everything_that_may_be_asked_and_what_lies_beyond_them(site, document, tmp_path):
    run_schemathesis(site, with_one_parameter_of_a_kind(document), tmp_path, "--phases", "examples,coverage")


def test_all_parameters_together_with_whatever_comes_to_mind(site, document, tmp_path):
    run_schemathesis(site, document, tmp_path, "--phases", "fuzzing", "--max-examples", "15")
