"""The API's versions and their indexes, as this site has them."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

from core.version_urls import DOCUMENTS
from f1site.api_versions import VERSIONS

pytestmark = pytest.mark.django_db

REFUSED = {"builds": 401, "tickets": 401, "rooms": 405}
"""Resources that not everybody reads, and what the others get."""


def first_words(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if word := re.match(r"\^?([a-z-]+)", str(pattern.pattern)):
            yield word[1]
        elif isinstance(pattern, URLResolver):
            yield from first_words(pattern.url_patterns)
        else:
            pytest.fail(f"{pattern.pattern} begins with the name of no resource")


@pytest.mark.parametrize(
    "version", [version for version in VERSIONS if version.urlconf], ids=lambda version: version.name
)
def test_the_index_has_every_resource_of_its_version(version):
    assert set(first_words(import_module(version.urlconf).urlpatterns)) == set(version.resources)


@pytest.mark.parametrize("address", ["/api", "/api/", "/api/v1", "/api/v1/"])
def test_the_index_greets_whoever_types_the_address(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response.json()["version"] == "v1"


@pytest.mark.parametrize("resource", VERSIONS.newest.resources)
def test_every_resource_of_the_index_answers(client, resource):
    address = client.get("/api/").json()["resources"][resource]
    assert client.get(address).status_code == REFUSED.get(resource, 200)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_of_the_index_answers(client, name):
    address = client.get("/api/").json()[name]
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(("address", "status"), [("/api/v1/nothing/", 404), ("/api/v9/laps/", 404), ("/api/", 405)])
def test_who_writes_where_nothing_is_to_be_written_gets_a_problem_and_no_page_about_cookies(address, status):
    response = Client(enforce_csrf_checks=True).post(address)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
