"""What an error means for the build: never again, again in a while, or as if it had not been tried."""

from datetime import timedelta

import pytest
from django.utils import timezone

from replays.attempts import BACK_OFF, JITTER, settle, settle_crash
from replays.build_errors import BuildCancelled, BuildFailed, ClaimLost
from replays.claims import Claim, claim_next
from replays.loading.errors import (
    AccountRequired,
    CorruptFeed,
    NotHeldYet,
    NoTiming,
    NotPublishedYet,
    RateLimited,
    SessionCancelled,
    SourceUnavailable,
    UnknownEvent,
)
from replays.models import Build, BuildState
from replays.queue import enqueue, request_cancel
from replays.storage import StorageUnavailable
from tests.replays.catalogue import catalogued_session

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=30)


@pytest.fixture
def claim() -> Claim:
    enqueue(catalogued_session())
    return claim_next(LEASE)


def wait_of(build: Build) -> timedelta:
    return build.not_before - timezone.now()


@pytest.mark.parametrize(
    "error",
    [
        UnknownEvent(2025, "Atlantis", ["Australian Grand Prix"]),
        NoTiming("2017 Monaco"),
        SessionCancelled("2023 Imola"),
        NotHeldYet("2027 Monaco", None),
        AccountRequired("2025 Monaco"),
        CorruptFeed("TimingData", "cut off"),
        BuildFailed("no replay can be built of it"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_will_be_no_better_later_fails_at_once_with_its_reason(claim, error):
    settle(claim, error)

    build = Build.objects.get()
    assert (build.state, build.error, build.attempts) == (BuildState.FAILED, str(error), 1)


@pytest.mark.parametrize(
    "error",
    [SourceUnavailable("no network"), StorageUnavailable("the disk is full"), ValueError("nobody foresaw this")],
    ids=lambda error: type(error).__name__,
)
def test_what_may_be_better_later_is_tried_three_times_more_each_time_later(claim, error):
    for number, back_off in enumerate(BACK_OFF, start=1):
        settle(claim, error)
        build = Build.objects.get()
        assert (build.state, build.attempts) == (BuildState.QUEUED, number)
        assert str(error) in build.error
        assert back_off * (1 - JITTER) - timedelta(seconds=5) < wait_of(build) <= back_off * (1 + JITTER)
        Build.objects.update(not_before=None)
        claim = claim_next(LEASE)

    settle(claim, error)

    build = Build.objects.get()
    assert (build.state, build.attempts) == (BuildState.FAILED, 4)
    assert str(error) in build.error


def test_a_network_that_is_not_asked_is_not_waited_for(claim):
    settle(claim, SourceUnavailable("FASTF1_OFFLINE is set"), offline=True)

    assert Build.objects.get().state == BuildState.FAILED


def test_a_rate_limit_is_waited_for_as_long_as_it_says_and_is_no_attempt(claim):
    settle(claim, RateLimited("200 calls/h", retry_after_s=7200))

    build = Build.objects.get()
    assert (build.state, build.attempts) == (BuildState.QUEUED, 0)
    assert timedelta(hours=2) - timedelta(seconds=5) < wait_of(build) <= timedelta(hours=2) * (1 + JITTER)


def test_a_session_that_is_not_published_is_looked_for_again_and_that_is_no_attempt(claim):
    settle(claim, NotPublishedYet("2026 Monaco"))

    build = Build.objects.get()
    assert (build.state, build.attempts) == (BuildState.QUEUED, 0)
    assert timedelta(minutes=5) < wait_of(build) < timedelta(minutes=15)


def test_an_interrupt_puts_it_back_as_if_nothing_had_been(claim):
    settle(claim, KeyboardInterrupt())

    build = Build.objects.get()
    assert (build.state, build.attempts, build.error, build.not_before) == (BuildState.QUEUED, 0, "", None)


def test_one_that_is_not_wanted_any_more_is_cancelled(claim):
    settle(claim, BuildCancelled("no"))

    assert Build.objects.get().state == BuildState.CANCELLED


def test_one_that_is_another_s_is_left_alone(claim):
    settle(claim, ClaimLost("too late"))

    assert Build.objects.get().state == BuildState.RUNNING


def test_a_process_that_ends_without_a_word_is_an_attempt(claim):
    settle_crash(claim, "its process was killed by signal 9")

    build = Build.objects.get()
    assert (build.state, build.attempts, build.error) == (BuildState.QUEUED, 1, "its process was killed by signal 9")


def test_a_process_that_ends_without_a_word_when_it_was_to_be_cancelled_is_not_tried_again(claim):
    request_cancel(Build.objects.get())

    settle_crash(claim, "its process was killed by signal 15")

    assert Build.objects.get().state == BuildState.CANCELLED
