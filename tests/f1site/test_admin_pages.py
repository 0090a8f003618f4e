"""The admin's start page; and the progress of a build, in a real browser, from a real server and its worker."""

import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from f1site import start_page
from f1site.start_page import SHOWN
from replays.artefact.model import SCHEMA_VERSION
from replays.claims import claim_session
from replays.models import Build, BuildState, Replay
from replays.queue import enqueue
from seasons.models import Driver, Session, SessionState, Team
from tests.f1site.environment import PROJECT, bare_environment
from tests.replays.catalogue import catalogued_session

START = "/admin/"


@pytest.fixture
def curator(admin_client: Client, settings) -> Client:
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"  # the hashed one wants collectstatic first
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    return admin_client


def groups(client: Client) -> dict[str, tuple[str, list[str]]]:
    """Title: how many there are, and the lines that are shown."""
    context = client.get(START).context
    return {group.title: (group.count, [item.text for item in group.items]) for group in context["attention"]}


def stored_replay_row(session: Session, **fields) -> Replay:
    defaults = {
        "public_id": f"replay{session.pk}",
        "schema_version": SCHEMA_VERSION,
        "t_start_ms": 0,
        "t_end_ms": 1,
        "car_count": 1,
        "capabilities": {},
        "quality": {},
        "bytes": 1,
        "build_seconds": 1,
    }
    return Replay.objects.create(session=session, **{**defaults, **fields})


def test_an_empty_catalogue_has_nothing_that_wants_a_look(curator):
    page = curator.get(START).content.decode()

    assert "Nothing is missing, failed or stale" in page
    assert "Locked rows" not in page


def test_each_kind_of_trouble_is_a_group_that_leads_to_its_rows(curator):
    now = timezone.now()
    imported = {"imported_at": now, "source_kind": "fastf1"}
    missing = catalogued_session(1)
    failed = catalogued_session(2, state=SessionState.FAILED, state_reason="not in the archive")
    overdue = catalogued_session(3, state=SessionState.SCHEDULED)
    hidden = catalogued_session(4, published=False, **imported)
    old_format = catalogued_session(5, **imported)
    older = catalogued_session(6, **(imported | {"imported_at": now + timedelta(hours=1)}))
    for session, fields in ((hidden, {}), (old_format, {"schema_version": 0}), (older, {})):
        stored_replay_row(session, **fields)
    bare = catalogued_session(7, **imported)
    Build.objects.create(session=bare, state=BuildState.FAILED, error="the storage is full")
    waiting, _ = enqueue(missing)

    assert groups(curator) == {
        "Builds under way": ("1", [str(missing)]),
        "Builds that failed": ("1", [str(bare)]),
        "Imports that failed": ("1", [str(failed)]),
        "Not imported": ("1", [str(missing)]),
        "Without a replay": ("1", [str(bare)]),
        "Stale replays": ("2", [str(older), str(old_format)]),
        "Time has passed": ("1", [str(overdue)]),
        "Hidden": ("1", [str(hidden)]),
    }
    page = curator.get(START)
    for words in ("not in the archive", "the storage is full", f'data-live-build="{waiting.public_id}"'):
        assert words in page.content.decode()
    for group in page.context["attention"]:
        listed = curator.get(group.all_url)
        assert str(listed.context["cl"].result_count) == group.count
        for item in group.items:
            assert curator.get(item.url).status_code == 200


def test_ten_of_a_group_are_shown_and_the_rest_counted(curator):
    for number in range(1, SHOWN + 3):
        catalogued_session(number)

    count, shown = groups(curator)["Not imported"]

    assert count == str(SHOWN + 2)
    assert shown == [f"Invented {number} Grand Prix 2024 Race" for number in range(SHOWN + 2, 2, -1)]
    assert f"All {SHOWN + 2}" in curator.get(START).content.decode()


def test_counting_has_an_end(curator, monkeypatch):
    monkeypatch.setattr(start_page, "COUNTED", SHOWN + 1)
    for number in range(1, SHOWN + 3):
        catalogued_session(number)

    assert groups(curator)["Not imported"][0] == f"more than {SHOWN + 1}"


def test_the_start_page_takes_as_many_queries_for_many_rows_as_for_few(curator, django_assert_max_num_queries):
    def trouble(numbers: range) -> None:
        for number in numbers:
            enqueue(catalogued_session(number))
            session = catalogued_session(100 + number)
            Build.objects.create(session=session, state=BuildState.FAILED, error="no")
            catalogued_session(200 + number, published=False)

    trouble(range(1, 3))
    curator.get(START)
    with CaptureQueriesContext(connection) as few:
        curator.get(START)
    trouble(range(3, 3 + SHOWN))
    groups_with_a_count = 4
    with django_assert_max_num_queries(len(few) + groups_with_a_count):
        curator.get(START)


def test_locked_rows_are_counted_by_kind(curator):
    Driver.objects.create(full_name="A", key="a", locked=True)
    Driver.objects.create(full_name="B", key="b", locked=True)
    Driver.objects.create(full_name="C", key="c")
    Team.objects.create(name="T", key="t")

    locked = curator.get(START).context["locked"]

    assert [(rows.name, rows.count) for rows in locked] == [("drivers", 2)]
    assert curator.get(locked[0].url).context["cl"].result_count == 2


def test_builds_that_nobody_takes_are_said(curator):
    session = catalogued_session(1)
    build, _ = enqueue(session)
    assert not curator.get(START).context["nobody_works"]

    Build.objects.filter(pk=build.pk).update(queued_at=timezone.now() - timedelta(minutes=5))
    assert "manage.py worker" in curator.get(START).content.decode()

    claim_session(session)
    assert not curator.get(START).context["nobody_works"]


@pytest.mark.parametrize(
    ("may", "titles"),
    [([], set()), (["view_session"], {"Not imported"}), (["view_build"], {"Builds under way"})],
)
def test_everybody_sees_what_they_may(curator, client, may, titles):
    enqueue(catalogued_session(1))
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=may))
    client.force_login(user)

    assert groups(client).keys() == titles
    assert client.get(START).context["locked"] == []


SEED = """
import django; django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
User.objects.create_superuser("curator", password="pit-lane-closed")
from replays.demo import DEMO_SESSION
from seasons.catalogue import import_session
from tests.seasons.records import NORRIS
import_session(DEMO_SESSION, [NORRIS], source="demo", fastf1_version="3.9.0")
"""


@pytest.fixture
def served_admin(tmp_path: Path) -> Iterator[str]:
    """The address of a site that knows the demo race and has not built it; its worker is running."""
    environment = bare_environment(tmp_path, DJANGO_SETTINGS_MODULE="f1site.settings", PYTHONPATH=str(PROJECT))
    subprocess.run([sys.executable, "-c", SEED], cwd=PROJECT, env=environment, check=True)
    serve = [sys.executable, "manage.py", "serve"]
    process = subprocess.Popen(
        serve, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        address = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
        with urllib.request.urlopen(f"{address}health/live"):
            yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


@pytest.mark.slow
def test_a_curator_asks_for_a_replay_and_sees_it_being_built(served_admin, chromium):
    from playwright.sync_api import sync_playwright

    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{served_admin}admin/login/?next=/admin/")
        page.get_by_label("Username").fill("curator")
        page.get_by_label("Password").fill("pit-lane-closed")
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("link", name="Demo Grand Prix 2025 Race").click()
        page.get_by_role("button", name="Build replay").click()

        page.locator("[data-live-build]").wait_for()
        page.evaluate("window.notReloaded = true")
        page.locator("[data-live-build][data-state=running] progress").wait_for()
        page.wait_for_function("document.querySelector('[data-live-build] progress').value > 0.2")
        assert page.evaluate("window.notReloaded")

        page.get_by_role("link", name="Details").click()
        page.get_by_role("button", name="Cancel this build").wait_for()
        page.get_by_role("button", name="Cancel this build").wait_for(state="detached", timeout=120_000)
        page.get_by_text("Done", exact=True).wait_for()
        page.locator("[data-part=watch]").click()
        page.wait_for_function("window.replayViewer?.drawnCars().length > 0")
        browser.close()
    assert problems == []
