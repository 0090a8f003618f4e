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

from examples.watch import read_frames
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(site: dict[str, str]) -> Iterator[Callable[..., str]]:
    """Starts `uvicorn` (what `manage.py serve` runs) or `daphne`, at a free port unless told which, and gives its host
    and port. `serve.processes` are those it started.
    """
    processes: list[subprocess.Popen] = []

    def started(server: str, port: int | None = None) -> str:
        port = port or free_port()
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

    started.processes = processes
    yield started
    for process in processes:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("subprotocol", ["f1replay.v1.json", "f1replay.v1.bin"])
@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_a_client_watches_seeks_and_leaves(serve, site, server, subprotocol):
    address = serve(server)

    async def watch() -> tuple[dict, dict, int]:
        url = f"ws://{address}/ws/v1/replays/{site['REPLAY_ID']}/"
        async with websockets.connect(url, subprotocols=[subprotocol]) as connection:
            hello = orjson.loads(await connection.recv())
            await connection.send(orjson.dumps({"type": "seek", "t": 120.5, "request_id": "a"}).decode())
            while True:
                data = await connection.recv()
                binary = isinstance(data, bytes)
                message = read_frames(data, hello["binary_columns"]) if binary else orjson.loads(data)
                if message["type"] == "frames" and message["frames"][0]["t"] == 120.5:
                    assert binary == (subprotocol == connection.subprotocol == "f1replay.v1.bin")
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
def test_the_example_client_prints_the_order(serve, site, server):
    url = f"ws://{serve(server)}/ws/v1/replays/{site['REPLAY_ID']}/"
    command = [sys.executable, "examples/watch.py", url]

    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as client:
        lines = [client.stdout.readline() for _ in range(3)]
        client.kill()

    moments = [float(line.split(" s, ")[0]) for line in lines]
    assert moments == pytest.approx([moments[0] + second for second in range(3)], abs=0.001)
    assert all(len(line.partition(":")[2].split()) == 3 for line in lines)


def test_the_example_client_says_why_it_was_refused(serve):
    command = [sys.executable, "examples/watch.py", f"ws://{serve('uvicorn')}/ws/v1/replays/nothing/"]

    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE_S)

    assert (run.returncode, run.stderr) == (1, "no such replay\n")


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


@pytest.fixture
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


def test_the_page_shows_the_cars_moving_and_obeys_the_space_bar(serve, browser):
    address = serve("uvicorn")
    problems: list[str] = []
    received: list[str | bytes] = []
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(request.url))
    page.on("websocket", lambda opened: opened.on("framereceived", lambda message: received.append(message)))
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

    assert any(isinstance(message, bytes) for message in received)
    assert not any('"type":"frames"' in message for message in received if isinstance(message, str))
    assert len(codes) == 3
    assert [(car["x"], car["y"]) for car in still] == [(car["x"], car["y"]) for car in later]
    assert problems == []


WATCHING = "window.replayViewer?.drawnCars().length === 3"


def shown(page) -> tuple[float, float]:
    """Where the page is: the browser's time (s), which all its pages share, and the session time drawn then."""
    return tuple(
        page.evaluate(
            """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame((ms) =>
                done([(performance.timeOrigin + ms) / 1000, window.replayViewer.state().shownT]))))"""
        )
    )


def apart_s(one, other) -> float:
    (one_at, one_t), (other_at, other_t) = shown(one), shown(other)
    return abs((one_t - one_at) - (other_t - other_at))


def host_and_guest(browser, address: str):
    """Two people: one opened a replay and copied its room's address, the other opened that."""
    together = browser.new_context(permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce")
    host = together.new_page()
    host.goto(f"http://{address}/")
    host.get_by_role("link", name=re.compile("Circle Grand Prix")).first.click()
    host.wait_for_function(WATCHING)
    host.get_by_role("button", name="Share").click()
    host.get_by_role("button", name="Copied").wait_for()
    guest = browser.new_page(viewport={"width": 390, "height": 844})
    guest.goto(host.evaluate("navigator.clipboard.readText()"))
    guest.wait_for_function(WATCHING)
    return host, guest


def test_two_people_watch_one_room(serve, browser):
    host, guest = host_and_guest(browser, serve("uvicorn"))
    for page in (host, guest):
        page.get_by_text("2 watching").wait_for()
    assert guest.url.split("/")[-3:-1] == ["rooms", host.evaluate("window.replayViewer.state().room.id")]
    assert guest.title() == host.title()
    assert host.get_by_role("status").filter(has_text="You are the host").is_visible()
    assert guest.get_by_text("The host controls playback").is_visible()
    assert any(apart_s(host, guest) < 0.05 for _ in range(50))

    play = guest.locator("[data-part=play]")
    assert play.get_attribute("aria-disabled") == "true"
    assert play.get_attribute("title") == "Only the host can control this room"
    assert guest.get_by_role("slider").is_disabled()
    assert guest.get_by_role("switch").count() == 0
    guest.keyboard.press("Space")
    guest.get_by_text("Only the host can control this room.").wait_for()
    assert guest.evaluate("window.replayViewer.state().status") == "playing"

    host.get_by_role("switch", name="Everyone may control").check()
    guest.get_by_role("status").filter(has_text="Everyone may control").wait_for()
    assert guest.get_by_text("Only the host can control this room.").is_hidden()
    play.click()
    for page in (host, guest):
        page.wait_for_function("window.replayViewer.state().status === 'paused'")
        page.wait_for_function("window.replayViewer.state().shownT === window.replayViewer.state().t")
    assert shown(host)[1] == shown(guest)[1]

    host.close()
    guest.get_by_text("You are the host", exact=True).wait_for(state="attached")
    guest.get_by_role("switch", name="Everyone may control").wait_for()


def test_a_page_whose_server_stops_comes_back_and_goes_on_in_a_new_room_where_its_own_is_gone(serve, browser):
    address = serve("uvicorn")
    host, guest = host_and_guest(browser, address)
    guest.keyboard.press("Escape")
    serve.processes[0].send_signal(signal.SIGTERM)
    for page in (host, guest):
        page.wait_for_function("window.replayViewer.state().connection !== 'open'")
    serve.processes[0].wait(PATIENCE_S)

    serve("uvicorn", int(address.rpartition(":")[2]))  # which has no rooms: they lived in the other's memory
    for page in (host, guest):
        page.get_by_text("This room has ended").wait_for()
    old = guest.evaluate("window.replayViewer.state()")
    guest.get_by_role("button", name="Watch this replay again").click()
    guest.wait_for_function("(old) => window.replayViewer.state().room.id !== old", arg=old["room"]["id"])

    assert shown(guest)[1] > old["shownT"] - 0.01
    assert guest.url == host.url
    assert guest.get_by_text("This room has ended").is_hidden()


def test_a_room_that_never_was_has_ended(serve, browser):
    page = browser.new_page()
    page.goto(f"http://{serve('uvicorn')}/rooms/nothing-here/")
    page.get_by_text("This room has ended").wait_for()

    assert page.get_by_role("button", name="Watch this replay again").is_hidden()
    page.get_by_role("link", name="All replays", exact=True).last.click()
    page.get_by_role("heading", name="Replays").wait_for()


def test_an_address_that_may_not_be_copied_is_offered_in_a_field(serve, browser):
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(f"http://{serve('uvicorn')}/")
    page.get_by_role("link", name=re.compile("Circle Grand Prix")).first.click()
    page.get_by_role("button", name="Share").click()

    field = page.get_by_role("textbox", name="Copy this address")
    field.wait_for()
    assert page.evaluate("getSelection().toString()") == field.input_value()
    assert re.fullmatch(r"http://[^/]+/rooms/[\w-]+/", field.input_value())
    page.keyboard.press("Escape")
    assert field.is_hidden()
    assert page.get_by_role("button", name="Share").evaluate("(button) => button === document.activeElement")
