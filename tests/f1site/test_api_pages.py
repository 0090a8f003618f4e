"""`/openapi.json`, `/docs` and `/redoc`, in a browser too, under the strictest Content-Security-Policy they may get."""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from core.api_pages import POLICY
from core.content_policy import build_policy
from tests.f1site.environment import PROJECT, bare_environment

pytestmark = pytest.mark.django_db

DOCUMENT = settings.BASE_DIR / "docs" / "openapi.json"


@pytest.mark.parametrize("address", ["/openapi.json", "/openapi.json/"])
def test_the_document_is_the_file_that_is_kept(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.content == DOCUMENT.read_bytes()


def test_who_has_the_document_does_not_get_it_again(client):
    etag = client.get("/openapi.json")["ETag"]
    response = client.get("/openapi.json", headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert response["ETag"] == etag
    assert response["Cache-Control"] == "public, no-cache"
    assert client.get("/openapi.json", headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.parametrize("address", ["/openapi.json", "/docs", "/docs/", "/redoc", "/redoc/", "/docs/protocol.md"])
def test_they_are_there_to_be_read_only(client, address):
    assert client.get(address).status_code == 200
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("name", ["api", "protocol", "replay-format", "versioning"])
def test_the_documents_for_users_are_plain_text(client, name):
    response = client.get(f"/docs/{name}.md")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content == (settings.BASE_DIR / "docs" / f"{name}.md").read_bytes()


@pytest.mark.parametrize("address", ["/docs/secrets.md", "/docs/../README.md", "/docs/protocol.mdx"])
def test_other_files_are_not_served(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/docs", "/redoc"])
def test_no_script_stands_in_a_page(client, address):
    page = client.get(address).content.decode()
    assert page.count("<script") == page.count('<script defer src="/static/') > 0
    assert "//" not in page.replace("<!doctype html>", "")


def test_only_who_is_logged_in_gets_the_token_to_change_things_with(client, admin_client):
    anonymous, curator = client.get("/docs"), admin_client.get("/docs")
    assert b"csrf" not in anonymous.content
    assert not anonymous.cookies
    assert re.search(rb'data-csrf-token="\w{64}"', curator.content)
    assert "csrftoken" in curator.cookies


def test_the_document_comes_as_gzip_to_who_takes_it_compressed_once(client):
    first, second = (client.get("/openapi.json", headers={"accept-encoding": "gzip"}) for _ in range(2))
    assert first["Content-Encoding"] == "gzip"
    assert gzip.decompress(first.content) == DOCUMENT.read_bytes()
    assert second.content == first.content
    assert first["ETag"] == client.get("/openapi.json")["ETag"]


def test_the_index_of_the_api_leads_to_them(client):
    named = json.loads(client.get("/api/").content)
    assert [urlsplit(named[what]).path for what in ("docs", "schema")] == ["/docs", "/openapi.json"]


class Visit:
    """What a page did while it was looked at."""

    def __init__(self, page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self.note_request)
        page.on("console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.route("**/*", self.answer)

    def note_request(self, request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.elsewhere.append(request.url)

    @staticmethod
    def answer(route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": build_policy(POLICY)})


@pytest.fixture(scope="module")
def origin(tmp_path_factory) -> Iterator[str]:
    """The address of a site without any content."""
    environment = bare_environment(tmp_path_factory.mktemp("site"))
    command = [sys.executable, "manage.py"]
    subprocess.run([*command, "migrate", "-v0"], cwd=PROJECT, env=environment, check=True)
    with subprocess.Popen([*command, "serve"], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as site:
        announced = (re.search(r"http://[^/\s]+", line) for line in site.stdout)
        yield next(filter(None, announced)).group()
        site.terminate()


@pytest.fixture
def visit(chromium, origin) -> Iterator[Visit]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield Visit(browser.new_page(viewport={"width": 1280, "height": 1000}), origin)
        browser.close()


@pytest.mark.slow
def test_swagger_ui_shows_the_api_and_tries_it(visit):
    page = visit.page
    page.goto(f"{visit.origin}/docs")

    page.locator("#operations-tag-seasons").click()
    page.locator("#operations-seasons-seasons_list").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute", exact=True).click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()

    assert page.get_by_text("Problem details").count() > 0
    assert visit.elsewhere == []
    assert visit.complaints == []


@pytest.mark.slow
def test_redoc_shows_the_api_and_searches_it(visit):
    page = visit.page
    page.goto(f"{visit.origin}/redoc")

    page.get_by_role("heading", name="List laps").wait_for()
    page.get_by_placeholder("Search...").fill("pit stops")
    page.locator("[data-role='search:results'] li").first.wait_for()

    assert visit.elsewhere == []
    assert visit.complaints == []
