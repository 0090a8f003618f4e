"""Every page in a browser, in production, under the policy it really gets: it works, and nothing is complained of."""

import re
from collections.abc import Iterator

import pytest

from tests.f1site.production_site import production_environment, run, served
from tests.f1site.test_observatory import SEED

pytestmark = [pytest.mark.slow]
PATIENCE_MS = 30_000
PASSWORD = "pit-lane-closed"

CURATED = (
    *SEED,
    "from django.contrib.auth.models import User",
    f"User.objects.create_superuser('curator', password='{PASSWORD}')",
    "from replays.demo import DEMO_SESSION",
    "from seasons.catalogue import import_session",
    "from tests.seasons.records import NORRIS",
    "import_session(DEMO_SESSION, [NORRIS], source='demo', fastf1_version='3.9.0')",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With a replay, a curator, and the demo race, which nobody has built yet. Its worker is running."""
    environment = production_environment(tmp_path_factory.mktemp("site"))
    run(environment, *CURATED)
    with served(environment) as host:
        # By this name, since browsers keep Secure cookies of localhost over HTTP.
        yield f"http://{host.replace('127.0.0.1', 'localhost')}"


@pytest.fixture
def page(chromium, site):
    """A page that notes complaints; there must be none at the end, and a policy on every answer."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []

    def answered(response) -> None:
        if response.url.startswith("http") and "content-security-policy" not in response.headers:
            complaints.append(f"no policy: {response.url}")
        if response.status >= 400:
            complaints.append(f"{response.status}: {response.url}")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900}, base_url=site)
        page.on("console", lambda said: said.type in ("error", "warning") and complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", answered)
        page.complaints = complaints
        yield page
        browser.close()
    assert complaints == []


def wait_until(page, condition: str) -> None:
    """As Playwright's `wait_for_function`, which evaluates text in the page: under these policies nothing may."""
    page.evaluate(
        f"""() => new Promise((done, fail) => {{
            const look = () => ({condition}) ? done() : requestAnimationFrame(look);
            setTimeout(() => fail(new Error({condition!r})), {PATIENCE_MS});
            look();
        }})"""
    )


def open_viewer(page) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile("Circle Grand Prix")).first.click()
    page.wait_for_url(re.compile("/replays/"))


def test_the_list_and_the_viewer(page):
    open_viewer(page)
    wait_until(page, "window.replayViewer?.drawnCars().length === 3")
    wait_until(page, "window.replayViewer.state().status === 'playing'")
    first = page.evaluate("window.replayViewer.drawnCars()[0].x")
    wait_until(page, f"window.replayViewer.drawnCars()[0].x !== {first}")


def test_a_room(page):
    open_viewer(page)
    wait_until(page, "window.replayViewer?.state().room")
    page.goto(f"/rooms/{page.evaluate('window.replayViewer.state().room.id')}/")
    wait_until(page, "window.replayViewer?.drawnCars().length === 3")
    page.get_by_role("button", name="Share").click()
    page.goto("/rooms/nothing-here/")
    page.get_by_text("This room has ended").wait_for()


def test_a_script_that_somebody_smuggled_in_does_not_run(page, site):
    """With or without the address of a file of ours."""
    open_viewer(page)
    blocked = page.evaluate(
        """() => new Promise((done) => {
            const blocked = [];
            document.addEventListener("securitypolicyviolation", (event) => {
                if (blocked.push(event.effectiveDirective) === 2) done(blocked);
            });
            for (const source of ["", "/static/core/api-pages/swagger.js"]) {
                const script = document.createElement("script");
                if (source) script.src = source; else script.textContent = "window.smuggled = true";
                document.body.append(script);
            }
        })"""
    )
    assert blocked == ["script-src-elem", "script-src-elem"]
    assert page.evaluate("window.smuggled") is None
    assert len(page.complaints) == 2
    page.complaints.clear()


def test_swagger_ui(page):
    page.goto("/docs")
    page.locator("#operations-tag-seasons").click()
    page.locator("#operations-seasons-seasons_list").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute", exact=True).click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()


def test_redoc(page):
    page.goto("/redoc")
    page.get_by_role("heading", name="List laps").wait_for()
    page.get_by_placeholder("Search...").fill("pit stops")
    page.locator("[data-role='search:results'] li").first.wait_for()


def test_the_admin_its_live_progress_and_its_forms(page):
    page.goto("/admin/")
    page.get_by_label("Username").fill("curator")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Demo Grand Prix 2025 Race").click()
    page.get_by_role("button", name="Build replay").click()
    page.locator("[data-live-build][data-state=running] progress").wait_for()
    wait_until(page, "document.querySelector('[data-live-build] progress').value > 0.2")

    for address in ("auth/user/add/", "seasons/session/", "seasons/event/add/", "replays/build/", "auth/group/add/"):
        page.goto(f"/admin/{address}")
        page.locator("#content h1").wait_for()
    page.locator(".selector-chooseall").first.wait_for()  # a script of the admin made this
