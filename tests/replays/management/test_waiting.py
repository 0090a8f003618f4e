"""Rate limits sat out by a clock and a sleep of the test's own."""

from datetime import UTC, datetime, timedelta

import pytest

from replays.loading.errors import RateLimited, SourceUnavailable
from replays.management.waiting import Patience


class FakeClock:
    """Time passes only by sleeping, and by `stolen_s` more in the first sleep: the computer was suspended."""

    def __init__(self, stolen_s: float = 0) -> None:
        self.time = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
        self.slept: list[float] = []
        self.stolen_s = stolen_s

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds + self.stolen_s)
        self.stolen_s = 0


@pytest.fixture
def fake_clock(monkeypatch):
    def start(**options: float) -> FakeClock:
        clock = FakeClock(**options)
        monkeypatch.setattr("replays.management.waiting.utc_now", clock.now)
        monkeypatch.setattr("replays.management.waiting.sleep", clock.sleep)
        return clock

    return start


def limited(times: int, retry_after_s: float | None = None):
    begun: list[int] = []

    def work() -> int:
        begun.append(1)
        if len(begun) <= times:
            raise RateLimited("200 calls/h", retry_after_s)
        return len(begun)

    return work


def test_it_says_until_when_it_waits_and_begins_the_same_again(fake_clock):
    clock, told = fake_clock(), []

    assert Patience(told.append).over(limited(1)) == 2

    assert told == ["rate limit reached (200 calls/h): waiting until 14:30:05 UTC"]
    assert sum(clock.slept) == 3605


def test_a_service_that_says_how_long_is_waited_for_that_long(fake_clock):
    clock = fake_clock()

    Patience(lambda line: None).over(limited(1, retry_after_s=600))

    assert sum(clock.slept) == 605


def test_a_computer_that_was_suspended_does_not_sleep_the_rest(fake_clock):
    clock = fake_clock(stolen_s=3600)

    Patience(lambda line: None).over(limited(1))

    assert len(clock.slept) == 1


def test_a_limit_that_time_does_not_open_ends_it(fake_clock):
    fake_clock()
    told: list[str] = []

    with pytest.raises(RateLimited):
        Patience(told.append).over(limited(99))
    assert len(told) == 3


def test_without_patience_it_ends_at_once(fake_clock):
    clock = fake_clock()

    with pytest.raises(RateLimited):
        Patience(None).over(limited(1))
    assert not clock.slept


def test_other_failures_are_not_waited_for(fake_clock):
    clock = fake_clock()

    def broken() -> None:
        raise SourceUnavailable("no network")

    with pytest.raises(SourceUnavailable):
        Patience(lambda line: None).over(broken)
    assert not clock.slept


def test_ctrl_c_ends_the_waiting(fake_clock, monkeypatch):
    fake_clock()

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("replays.management.waiting.sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Patience(lambda line: None).over(limited(1))
