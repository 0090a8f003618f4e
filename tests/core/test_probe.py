"""Probes with checks that hang until they are let go."""

import asyncio
import threading
import time
from concurrent.futures import wait

import pytest

from core import probe as probes
from core.probe import Probe

PATIENCE_S = 10
DOWN = {"thing": "disconnected"}
UP = {"thing": "connected"}


class Check:
    """A check that does as it is told: `up`, `down`, or `hangs` until it is told otherwise."""

    def __init__(self, mode="up"):
        self.mode = mode
        self.calls = 0
        self.released = threading.Event()

    def __call__(self):
        self.calls += 1
        if self.mode == "hangs":
            self.released.wait()
        if self.mode == "down":
            raise OSError("connection refused by 10.1.2.3")
        return UP


@pytest.fixture
def check():
    check = Check()
    yield check
    check.mode = "up"
    check.released.set()


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(probes, "EVERY_S", 0.01)
    monkeypatch.setattr(probes, "WATCHED_S", 300)  # tests at large have it short


def known(probe: Probe):
    assert not wait([probe.ask()], PATIENCE_S).not_done
    return probe.finding()


def becomes(probe: Probe, is_up: bool) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while probe.finding().is_up is not is_up and time.monotonic() < deadline:
        time.sleep(0.005)
    return probe.finding().is_up is is_up


def test_what_was_never_found_out_counts_as_failed(check):
    check.mode = "hangs"
    probe = Probe("thing", check, DOWN)
    began = time.monotonic()
    unknown = probe.ask()

    assert (probe.finding().is_up, probe.finding().facts) == (False, DOWN)
    assert not unknown.done()
    assert time.monotonic() - began < PATIENCE_S, "nothing waited for the check"


def test_the_facts_are_those_of_the_check(check):
    finding = known(Probe("thing", check, DOWN))
    assert (finding.is_up, finding.facts) == (True, UP)


def test_a_failure_is_told_by_its_facts_and_logged_once(check, caplog):
    check.mode = "down"
    probe = Probe("thing", check, DOWN)
    finding = known(probe)
    assert (finding.is_up, finding.facts) == (False, DOWN)

    calls = check.calls
    while check.calls < calls + 3:
        time.sleep(0.005)
    assert [record.message for record in caplog.records] == ["thing: connection refused by 10.1.2.3"]


def test_a_thousand_who_ask_share_one_check(check, monkeypatch):
    monkeypatch.setattr(probes, "EVERY_S", 60)
    probe = Probe("thing", check, DOWN)
    for _ in range(1000):
        assert known(probe).is_up
    assert check.calls == 1


def test_asked_to_look_once_it_does_unless_somebody_is_watching(check):
    probe = Probe("once", check, DOWN)
    assert not wait([probe.ask(once=True)], PATIENCE_S).not_done
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "probe once"]
    thread.join(PATIENCE_S)
    assert check.calls == 1

    assert known(probe).is_up
    probe.ask(once=True)
    deadline = time.monotonic() + PATIENCE_S
    while check.calls < 5 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert check.calls >= 5


def test_a_hang_shows_after_a_while_and_no_second_check_joins_it(check, monkeypatch):
    probe = Probe("thing", check, DOWN)
    assert known(probe).is_up

    monkeypatch.setattr(probes, "PATIENCE_S", 0.05)
    check.mode = "hangs"
    assert becomes(probe, is_up=False)
    calls = check.calls
    for _ in range(100):
        probe.ask()
    assert check.calls == calls
    assert probe.finding().facts == DOWN

    check.mode = "up"
    check.released.set()
    assert becomes(probe, is_up=True), "recovery is seen"


def test_a_check_that_is_slow_but_not_too_slow_leaves_the_last_finding_in_force(check):
    probe = Probe("thing", check, DOWN)
    assert known(probe).is_up

    check.mode = "hangs"
    calls = check.calls
    while check.calls == calls:
        time.sleep(0.005)
    assert probe.finding().is_up


def test_it_ends_when_nobody_asks_and_old_findings_are_not_believed(check, monkeypatch):
    monkeypatch.setattr(probes, "WATCHED_S", 0.0)
    probe = Probe("ending", check, DOWN)
    assert known(probe).is_up
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "probe ending"]
    thread.join(PATIENCE_S)
    assert not thread.is_alive()

    check.mode = "hangs"
    assert not probe.ask().done()
    assert not probe.finding().is_up


async def test_an_event_loop_waits_for_what_becomes_known_without_a_thread_of_its_own(check):
    check.mode = "hangs"
    probe = Probe("thing", check, DOWN)
    waiting = [asyncio.wrap_future(probe.ask()) for _ in range(100)]
    done, _ = await asyncio.wait(waiting, timeout=0.01)
    assert done == set()

    check.released.set()
    done, late = await asyncio.wait(waiting, timeout=PATIENCE_S)
    assert (len(done), late) == (100, set())
    assert probe.finding().is_up
