"""What a claimed build does with a session, where loading it is pretended."""

from datetime import timedelta
from pathlib import Path

import pytest

from replays import results_import, warming
from replays.catalogued import carry_out
from replays.claims import Claim, claim_next
from replays.loading.errors import NoResults, NoTiming, NotInArchive, SourceUnavailable
from replays.loading.fastf1_setup import Fastf1Source
from replays.models import Build, BuildState
from replays.queue import enqueue
from seasons.import_report import ImportReport
from tests.replays.catalogue import catalogued_session

pytestmark = pytest.mark.django_db

NOTHING_TO_REPLAY = [NoTiming("2010 Monaco Grand Prix Race"), NotInArchive("2024 Invented Grand Prix Race")]


@pytest.fixture
def claim() -> Claim:
    enqueue(catalogued_session())
    return claim_next(timedelta(seconds=30))


@pytest.fixture
def source(tmp_path: Path) -> Fastf1Source:
    return Fastf1Source(tmp_path / "fastf1", offline=True)


def pretend(monkeypatch, module, name: str, answer: object) -> None:
    def pretended(*_args, **_kwargs):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(module, name, pretended)


@pytest.mark.parametrize("error", NOTHING_TO_REPLAY, ids=lambda error: type(error).__name__)
def test_a_session_without_timing_is_done_with_its_results_alone(claim, source, monkeypatch, error):
    pretend(monkeypatch, warming, "load_catalogued", error)
    report = ImportReport()
    report.note("result", added=20)
    outcome = results_import.ResultsOutcome(report, results_import.NOT_IN_ARCHIVE)
    pretend(monkeypatch, results_import, "import_results", outcome)

    carry_out(claim, source)

    build = Build.objects.get()
    assert (build.state, build.replay, build.progress) == (BuildState.DONE, None, 1.0)
    assert build.report == "added result 20"


@pytest.mark.parametrize("error", NOTHING_TO_REPLAY, ids=lambda error: type(error).__name__)
def test_one_without_results_either_fails_by_what_was_missed_first(claim, source, monkeypatch, error):
    pretend(monkeypatch, warming, "load_catalogued", error)
    pretend(monkeypatch, results_import, "import_results", NoResults("the session"))

    carry_out(claim, source)

    build = Build.objects.get()
    assert (build.state, build.error) == (BuildState.FAILED, str(error))


def test_an_error_that_nobody_foresaw_is_logged_and_tried_again(claim, source, monkeypatch, caplog):
    pretend(monkeypatch, warming, "load_catalogued", ZeroDivisionError("division by zero"))

    carry_out(claim, source)

    build = Build.objects.get()
    assert (build.state, build.error) == (BuildState.QUEUED, "ZeroDivisionError: division by zero")
    assert "ZeroDivisionError" in caplog.text


def test_a_network_that_is_not_asked_fails_it_at_once(claim, source, monkeypatch, caplog):
    pretend(monkeypatch, warming, "load_catalogued", SourceUnavailable("no network"))

    carry_out(claim, source)

    assert Build.objects.get().state == BuildState.FAILED
    assert not caplog.records


def test_a_build_that_was_given_up_before_it_was_begun_is_left_alone(claim, source):
    Build.objects.update(claim_token="another")

    carry_out(claim, source)

    assert Build.objects.get().state == BuildState.RUNNING
