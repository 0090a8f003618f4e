"""A replay as the world meets it: real servers as processes, a real socket, a real browser."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
import websockets

from tests.f1site.environment import PROJECT, bare_environment

pytestmark = pytest.mark.slow
PATIENCE_S = 60

STORE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.replays.synthetic import stored_replay
print(stored_replay().public_id)
"""


@pytest.fixture
def site(tmp_path: Path) -> dict[str, str]:
    """The environment of a site with one replay; its id is `REPLAY_ID`."""
    environment = bare_environment(tmp_path, REPLAY_STORAGE=str(tmp_path / "replays"))
    environment |= {"DJANGO_SETTINGS_MODULE": "f1site.settings", "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-c", STORE], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    return environment | {"REPLAY_ID": done.stdout.split()[-1]}


@pytest.fixture
def serve(site: dict[str, str]) -> Iterator[Callable[[str], str]]:
    """Starts `uvicorn` (what `manage.py serve` runs) or `daphne`, and gives its host and port."""
    processes: list[subprocess.Popen] = []

    def started(server: str) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = {
            "uvicorn": [sys.executable, "manage.py", "serve"],
            "daphne": [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "f1site.asgi:application"],
        }[server]
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=site | {"PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        processes.append(process)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert process.poll() is None, f"{server} ended with {process.returncode}"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
                    return f"127.0.0.1:{port}"
            except OSError:
                continue
        raise AssertionError(f"{server} does not answer")

    yield started
    for process in processes:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_a_client_watches_seeks_and_leaves(serve, site, server):
    address = serve(server)

    async def watch() -> tuple[dict, dict, int]:
        url = f"ws://{address}/ws/v1/replays/{site['REPLAY_ID']}/"
        async with websockets.connect(url, subprotocols=["f1replay.v1.json"]) as connection:
            hello = orjson.loads(await connection.recv())
            await connection.send(orjson.dumps({"type": "seek", "t": 120.5, "request_id": "a"}).decode())
            while True:
                message = orjson.loads(await connection.recv())
                if message["type"] == "frames" and message["frames"][0]["t"] == 120.5:
                    break
        async with websockets.connect(f"ws://{address}/ws/v1/replays/nothing/") as connection:
            await connection.recv()
            await connection.wait_closed()
            return hello, message, connection.close_code

    hello, frames, code = asyncio.run(asyncio.wait_for(watch(), PATIENCE_S))

    assert hello["type"] == "hello"
    assert len(frames["frames"][0]["cars"]) == len(hello["cars"])
    assert code == 4404


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_a_page_from_elsewhere_gets_a_403(serve, site, server):
    address = serve(server)

    async def handshake() -> int:
        try:
            async with websockets.connect(
                f"ws://{address}/ws/v1/replays/{site['REPLAY_ID']}/", origin="http://evil.example"
            ):
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    assert asyncio.run(asyncio.wait_for(handshake(), PATIENCE_S)) == 403


def test_the_page_shows_the_cars_moving_and_obeys_the_space_bar(serve, site, chromium):
    from playwright.sync_api import sync_playwright

    address = serve("uvicorn")
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("requestfailed", lambda request: problems.append(request.url))
        page.goto(f"http://{address}/")
        page.get_by_role("link", name=re.compile("Circle Grand Prix")).first.click()
        page.wait_for_function("window.replayViewer?.drawnCars().length === 3")
        page.wait_for_function("window.replayViewer.state().lap >= 1")
        before = page.evaluate("window.replayViewer.drawnCars()")
        page.wait_for_function("(x) => Math.abs(window.replayViewer.drawnCars()[0].x - x) > 20", arg=before[0]["x"])
        codes = page.locator("table tbody tr").all_inner_texts()
        page.keyboard.press("Space")
        page.wait_for_function("window.replayViewer.state().status === 'paused'")
        page.wait_for_function("window.replayViewer.state().shownT === window.replayViewer.state().t")
        still = page.evaluate("window.replayViewer.drawnCars()")
        page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
        later = page.evaluate("window.replayViewer.drawnCars()")
        browser.close()

    assert len(codes) == 3
    assert [(car["x"], car["y"]) for car in still] == [(car["x"], car["y"]) for car in later]
    assert problems == []
