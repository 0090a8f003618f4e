"""`warm_cache` of seasons before 2018 and of rate limits, against a stand-in for jolpica."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from replays.loading.errors import NotInArchive, RateLimited
from replays.models import Build, Replay
from replays.results_import import import_results
from seasons.models import Circuit, Entry, Event, Session, SessionState
from tests.replays.loading.fake_jolpica import (
    BRITAIN_1957,
    MONACO_2010,
    TURKEY_2010,
    FakeJolpica,
    ask_fake_jolpica,
)

pytestmark = pytest.mark.django_db


def warm(*args: str, **options: object) -> str:
    out, err = StringIO(), StringIO()
    call_command("warm_cache", *args, stdout=out, stderr=err, **options)
    assert not err.getvalue()
    return out.getvalue()


@pytest.fixture
def jolpica(tmp_path, settings, monkeypatch, replay_storage):
    """A site with a network in which there is a stand-in for jolpica alone."""
    settings.FASTF1_CACHE_DIR = tmp_path / "fastf1"
    settings.FASTF1_OFFLINE = False

    def start(*races) -> FakeJolpica:
        fake = FakeJolpica(races)
        ask_fake_jolpica(fake, settings.FASTF1_CACHE_DIR, monkeypatch)
        # The command would open a session of its own, which knows the real network only.
        monkeypatch.setattr("replays.loading.fastf1_setup.configure_fastf1", lambda *_args, **_options: None)
        return fake

    return start


def test_a_race_before_2018_has_its_results_and_no_replay(jolpica):
    jolpica(MONACO_2010, TURKEY_2010)

    out = warm("2010", "Monaco", "R")

    told = "2010 Monaco Grand Prix Race: results (before 2018 there is no timing to replay); catalogue: added "
    assert out.splitlines()[-1].startswith(told)
    assert "entry 3" in out.splitlines()[-1]
    session = Session.objects.get(key="2010-monaco-grand-prix-race")
    assert (session.state, session.source_kind) == (SessionState.AVAILABLE, "jolpica")
    assert session.start == datetime(2010, 5, 16, 12, tzinfo=UTC)
    assert session.event.circuit == Circuit.objects.get(name="Circuit de Monaco")
    assert {entry.driver.ref for entry in session.entries.all()} == {"webber", "vettel", "kubica"}
    results = session.results.order_by("position").values_list("entry__number", "grid", "time_ms", "gap_ms")
    assert list(results) == [
        ("6", 1, 6_613_355, None),
        ("5", 3, 6_613_803, 448),
        ("11", 2, 6_615_030, 1_675),
    ]
    assert not Replay.objects.exists()
    assert not Build.objects.exists()


def test_the_same_again_changes_nothing_and_says_so(jolpica):
    jolpica(MONACO_2010)
    warm("2010", "Monaco", "R")
    imported_at = Session.objects.get(kind="race").imported_at

    assert warm("2010", "Monaco", "R").splitlines()[-1] == (
        "2010 Monaco Grand Prix Race: results unchanged (before 2018 there is no timing to replay)"
    )
    assert Session.objects.get(kind="race").imported_at == imported_at


def test_a_whole_season_takes_one_request_for_each_kind_of_session(jolpica):
    fake = jolpica(MONACO_2010, TURKEY_2010)

    out = warm("2010")

    assert fake.asked == ["/2010.json", "/2010/qualifying.json?limit=100", "/2010/results.json?limit=100"]
    assert "2010 Turkish Grand Prix Qualifying: jolpica has no results of it" in out
    assert out.splitlines()[-1] == "3 of 4 sessions are ready"


def test_a_session_that_was_named_and_has_no_results_is_a_failure(jolpica):
    jolpica(TURKEY_2010)

    with pytest.raises(CommandError, match="2010 Turkish Grand Prix Qualifying: jolpica has no results of it"):
        warm("2010", "Turkey", "Q")


def test_the_calendar_alone_has_the_sessions_that_have_results(jolpica):
    fake = jolpica(MONACO_2010, TURKEY_2010, BRITAIN_1957)

    assert "Calendar of 2010: added event 2, season 1, session 4" in warm("2010", schedule=True)
    assert "Calendar of 1957: added event 1, season 1, session 1" in warm("1957", schedule=True)
    assert warm("2010", schedule=True) == "Calendar of 2010: nothing changed\n"

    assert set(Session.objects.values_list("key", flat=True)) == {
        "1957-british-grand-prix-race",
        "2010-monaco-grand-prix-qualifying",
        "2010-monaco-grand-prix-race",
        "2010-turkish-grand-prix-qualifying",
        "2010-turkish-grand-prix-race",
    }
    assert fake.asked == ["/2010.json", "/1957.json"]


def test_practice_of_a_year_without_timing_is_no_session(jolpica):
    jolpica(MONACO_2010)

    with pytest.raises(CommandError, match=r"it has: Q \(Qualifying\), R \(Race\)") as caught:
        warm("2010", "Monaco", "FP1")
    assert caught.value.returncode == 2


def test_drivers_who_shared_cars_are_all_in_the_catalogue(jolpica):
    jolpica(BRITAIN_1957)

    warm("1957")

    entries = Entry.objects.filter(session__key="1957-british-grand-prix-race")
    drives = set(entries.values_list("number", "driver__ref"))
    assert drives == {("20", "brooks"), ("1020", "moss"), ("14", "musso"), ("18", "moss"), ("1018", "brooks")}
    winners = entries.filter(result__position=1).values_list("driver__ref", "result__points", "result__time_ms")
    assert set(winners) == {("brooks", 4.0, 11_197_800), ("moss", 5.0, 11_197_800)}


def test_one_session_of_the_catalogue_is_imported_for_a_worker(jolpica):
    jolpica(MONACO_2010)
    warm("2010", schedule=True)
    stages: list[str] = []

    outcome = import_results(Session.objects.get(kind="qualifying"), on_stage=stages.append)

    assert outcome.report.added["entry"] == 3
    assert stages == ["asking for the results", "importing"]


def test_an_event_that_a_curator_renamed_is_still_the_one_of_the_schedule(jolpica):
    jolpica(MONACO_2010, TURKEY_2010)
    warm("2010", schedule=True)
    Event.objects.filter(key="2010-monaco-grand-prix").update(name="Webber's Riviera", locked=True)

    outcome = import_results(Session.objects.get(key="2010-monaco-grand-prix-race"), on_stage=lambda _stage: None)

    assert outcome.report.added["entry"] == 3
    assert outcome.report.kept["event"] == 1
    assert Event.objects.get(key="2010-monaco-grand-prix").name == "Webber's Riviera"


def test_a_limit_ends_the_command_and_the_next_run_goes_on(jolpica, monkeypatch):
    fake = jolpica(MONACO_2010, TURKEY_2010)
    monkeypatch.setattr("replays.loading.retrying.sleep", lambda _seconds: None)
    warm("2010", schedule=True)
    fake.refusals = [(429, "Too Many Requests")] * 4

    with pytest.raises(CommandError, match="wait an hour and run the same again, what is here is kept"):
        warm("2010")
    assert warm("2010").splitlines()[-1] == "3 of 4 sessions are ready"


def test_with_wait_it_says_until_when_and_goes_on_with_the_same_session(jolpica, monkeypatch):
    fake = jolpica(MONACO_2010)
    clock = [datetime(2026, 11, 24, 22, 45, tzinfo=UTC)]
    monkeypatch.setattr("replays.loading.retrying.sleep", lambda _seconds: None)
    monkeypatch.setattr("replays.management.waiting.utc_now", lambda: clock[0])
    monkeypatch.setattr(
        "replays.management.waiting.sleep", lambda s: clock.__setitem__(0, clock[0] + timedelta(seconds=s))
    )
    warm("2010", schedule=True)
    fake.refusals = [(429, "Too Many Requests")] * 4

    out = warm("2010", "Monaco", "R", wait=True).splitlines()

    limit = "rate limit reached (jolpica answers 429 Too Many Requests)"
    assert f"2010 Monaco Grand Prix Race: {limit}: waiting until 23:45:05 UTC" in out
    told = "2010 Monaco Grand Prix Race: results (before 2018 there is no timing to replay); catalogue: added "
    assert out[-1].startswith(told)


@pytest.mark.archive
def test_of_a_session_that_f1_never_published_the_results_are_imported(
    fastf1_cache, settings, replay_storage, monkeypatch
):
    """By the recorded results of a race, which are here said to be all there is of it."""
    settings.FASTF1_CACHE_DIR = fastf1_cache
    settings.FASTF1_OFFLINE = True

    def not_there(session, record, *_args, **_options):
        raise NotInArchive(f"{record.event.name} {record.name}")

    monkeypatch.setattr("replays.warming.load_session", not_there)
    with pytest.raises(CommandError, match="not in the FastF1 cache"):
        warm("2025", "Australia", "R")

    monkeypatch.setattr("replays.loading.ergast_results.ROWS_A_PAGE", None)  # as the reply was recorded
    out = warm("2025", "Australia", "R")

    assert out.splitlines()[-1].startswith(
        "2025 Australian Grand Prix Race: results (F1's archive lacks the timing, so there is nothing to replay); "
    )
    event = Event.objects.get(key="2025-australian-grand-prix")
    assert event.circuit is None
    assert event.sessions.get(kind="race").entries.count() == 20
    with pytest.raises(CommandError, match="is not in F1's timing archive"):
        warm("2025", "Australia", "FP1")


@pytest.mark.archive
def test_a_limit_of_fastf1_ends_a_season_even_of_calendars(fastf1_cache, settings, monkeypatch):
    settings.FASTF1_CACHE_DIR = fastf1_cache
    settings.FASTF1_OFFLINE = True

    def limited(*_args, **_options):
        raise RateLimited("500 calls/h")

    monkeypatch.setattr("replays.loading.schedule._asked_schedule", limited)

    with pytest.raises(CommandError, match="wait an hour"):
        warm("2025", schedule=True)
