"""Who may open a socket: asked of both servers, behind a proxy that speaks HTTPS (simulated by its headers)."""

import asyncio
from collections.abc import Iterator

import pytest
import websockets

from tests.f1site.production_site import SERVERS, production_environment, run, served

pytestmark = pytest.mark.slow
PATIENCE_S = 30


@pytest.fixture(scope="module", params=SERVERS)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = production_environment(
        tmp_path_factory.mktemp(request.param), TRUSTED_PROXY_HOPS="1", CORS_ORIGINS="https://page.example"
    )
    run(environment, "from django.core.management import call_command", "call_command('migrate', verbosity=0)")
    with served(environment, request.param) as where:
        yield where


def handshake(address: str, origin: str | None, host: str = "localhost", *, over_tls: bool = True) -> int:
    """The status of the answer: 101, or a refusal's."""
    headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https" if over_tls else "http"}

    async def attempt() -> int:
        here, port = address.split(":")
        url = f"ws://{host}/ws/v1/replays/nothing/"
        opening = websockets.connect(url, host=here, port=int(port), origin=origin, additional_headers=headers)
        try:
            async with asyncio.timeout(PATIENCE_S), opening:
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    return asyncio.run(attempt())


@pytest.mark.parametrize("origin", [None, "https://localhost", "https://localhost:443", "https://page.example"])
def test_our_pages_those_in_the_list_and_what_is_no_browser_may(address, origin):
    assert handshake(address, origin) == 101


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost",
        "https://localhost:8443",
        "http://page.example",
        "https://page.example:8443",
        "https://evil.example",
        "https://localhost.evil.example",
        "null",
    ],
)
def test_another_scheme_or_port_is_another_origin(address, origin):
    assert handshake(address, origin) == 403


def test_a_page_that_came_without_tls_talks_without_tls(address):
    assert handshake(address, "http://localhost", over_tls=False) == 101
    assert handshake(address, "https://localhost", over_tls=False) == 403


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example"])
def test_a_name_that_is_not_ours_is_refused(address, host):
    assert handshake(address, f"https://{host}", host) == 403
