"""Who may work on a build: one at a time, in order, and whatever an earlier holder does counts for nothing."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from replays.build_errors import BuildCancelled, BuildRunning, ClaimLost
from replays.claims import Claim, claim_next, claim_session, seize
from replays.models import Build, BuildState, Replay
from replays.queue import enqueue, request_cancel
from seasons.import_report import ImportReport
from tests.replays.catalogue import catalogued_session
from tests.replays.synthetic import stored_replay

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=30)
A_MINUTE = timedelta(minutes=1)


def queued(number: int = 1, **fields) -> Build:
    build, _ = enqueue(catalogued_session(number))
    Build.objects.filter(pk=build.pk).update(**fields)
    return build


def claimed(number: int = 1) -> Claim:
    queued(number)
    claim = claim_next(LEASE)
    assert claim is not None
    return claim


def half_written(folder) -> None:
    chunks = folder / "chunks"
    chunks.mkdir(parents=True)
    (chunks / "0000.bin").write_bytes(b"half")


def test_a_claimed_build_runs_with_a_lease():
    claim = claimed()

    build = Build.objects.get()
    assert (build.state, build.attempts, build.claim_token) == (BuildState.RUNNING, 1, claim.token)
    assert timedelta(seconds=20) < build.lease_until - timezone.now() <= LEASE
    assert build.started_at is not None
    assert claim_next(LEASE) is None


def test_the_one_that_has_waited_longest_comes_first():
    first, second = queued(1), queued(2)

    claims = [claim_next(LEASE), claim_next(LEASE)]

    assert [claim.build_pk for claim in claims] == [first.pk, second.pk]


def test_one_that_is_not_due_yet_lets_others_pass():
    queued(1, not_before=timezone.now() + A_MINUTE)
    due = queued(2, not_before=timezone.now() - A_MINUTE)

    assert claim_next(LEASE).build_pk == due.pk
    assert claim_next(LEASE) is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_claim_each_build_once():
    builds = {queued(number).pk for number in range(20)}
    together = threading.Barrier(8)
    claims = []

    def claim_all():
        together.wait()
        while (claim := claim_next(LEASE)) is not None:
            claims.append(claim.build_pk)
        connection.close()

    threads = [threading.Thread(target=claim_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claims) == sorted(builds)
    assert set(Build.objects.values_list("attempts", flat=True)) == {1}


def test_a_command_takes_a_waiting_build_over_also_before_its_time():
    build = queued(not_before=timezone.now() + A_MINUTE)

    claim = claim_session(build.session)

    assert (claim.build_pk, claim.was_queued) == (build.pk, True)
    assert Build.objects.get().state == BuildState.RUNNING


def test_a_command_makes_a_build_of_its_own_where_none_waits():
    claim = claim_session(catalogued_session())

    assert not claim.was_queued
    assert Build.objects.get().attempts == 1


def test_a_command_is_refused_where_another_is_at_it():
    claim = claimed()

    with pytest.raises(BuildRunning, match="is being built already, by process"):
        claim_session(Build.objects.get().session)

    assert claim.renew()


def test_what_is_told_is_written_and_is_a_sign_of_life():
    claim = claimed()
    Build.objects.update(lease_until=timezone.now())

    claim.tell(stage="importing", progress=0.5)

    build = Build.objects.get()
    assert (build.stage, build.progress) == ("importing", 0.5)
    assert build.lease_until > timezone.now() + timedelta(seconds=20)


def test_who_tells_something_hears_that_it_was_cancelled():
    claim = claimed()
    request_cancel(Build.objects.get())

    with pytest.raises(BuildCancelled):
        claim.tell(stage="importing")


def test_a_build_that_was_seized_is_lost_to_its_holder_whatever_that_does(replay_storage):
    claim = claimed()
    new = seize(Build.objects.get(), LEASE)

    assert not claim.renew()
    with pytest.raises(ClaimLost):
        claim.tell(stage="importing")
    with pytest.raises(ClaimLost):
        claim.done(None)
    claim.failed("no")
    claim.cancelled()
    claim.give_back()
    claim.try_again("no", after=A_MINUTE, counted=True)

    build = Build.objects.get()
    assert (build.state, build.claim_token, build.stage, build.error) == (BuildState.RUNNING, new.token, "", "")


def test_a_build_whose_lease_was_renewed_in_between_is_not_seized():
    claim = claimed()
    as_it_was = Build.objects.get()
    claim.tell(stage="importing")

    assert seize(as_it_was, LEASE) is None
    assert claim.renew()


def test_of_two_who_seize_a_build_one_gets_it():
    claimed()
    as_it_was = Build.objects.get()

    claims = [seize(as_it_was, LEASE), seize(as_it_was, LEASE)]

    assert claims[1] is None
    assert claims[0].renew()


def test_one_that_is_done_has_its_replay_and_no_holder(replay_storage):
    replay = stored_replay()
    enqueue(replay.session)
    claim = claim_next(LEASE)
    claim.tell(error="of the attempt before")

    claim.done(replay)

    build = Build.objects.get()
    assert (build.state, build.stage, build.progress, build.replay) == (BuildState.DONE, "done", 1.0, replay)
    assert (build.error, build.claim_token, build.lease_until) == ("", "", None)
    assert build.finished_at is not None


def test_one_to_be_tried_again_waits_with_its_reason(replay_storage):
    claim = claimed()

    claim.try_again("the storage is full", after=A_MINUTE, counted=True)

    build = Build.objects.get()
    assert (build.state, build.attempts, build.error) == (BuildState.QUEUED, 1, "the storage is full")
    assert timedelta(seconds=50) < build.not_before - timezone.now() <= A_MINUTE
    assert claim_next(LEASE) is None


def test_an_attempt_that_is_not_counted_or_given_back_is_none(replay_storage):
    claimed(1).try_again("rate limit", after=A_MINUTE, counted=False)
    claimed(2).give_back()

    assert list(Build.objects.values_list("state", "attempts")) == [(BuildState.QUEUED, 0), (BuildState.QUEUED, 0)]


@pytest.mark.parametrize(
    "give_up", [Claim.give_back, lambda claim: claim.try_again("no", after=A_MINUTE, counted=True)]
)
def test_one_that_was_to_be_cancelled_never_goes_back_to_the_queue(replay_storage, give_up):
    claim = claimed()
    request_cancel(Build.objects.get())

    give_up(claim)

    assert Build.objects.get().state == BuildState.CANCELLED


@pytest.mark.parametrize(
    "give_up",
    [
        Claim.cancelled,
        Claim.give_back,
        lambda claim: claim.failed("no"),
        lambda claim: claim.try_again("no", after=A_MINUTE, counted=True),
    ],
)
def test_whoever_gives_a_build_up_removes_what_was_half_written(replay_storage, give_up):
    claim = claimed()
    claim.tell(folder="halfwritten00000")
    half_written(replay_storage / "halfwritten00000")

    give_up(claim)

    assert not (replay_storage / "halfwritten00000").exists()
    assert Build.objects.get().folder == ""


def test_a_replay_that_was_there_before_is_not_removed_with_the_build_that_mended_it(replay_storage):
    replay = stored_replay()
    enqueue(replay.session)
    claim = claim_next(LEASE)
    claim.tell(folder=replay.public_id)

    claim.failed("no")

    assert (replay_storage / replay.public_id / "manifest.json").exists()
    assert Replay.objects.get() == replay


def test_who_lost_a_build_does_not_remove_what_its_successor_writes(replay_storage):
    claim = claimed()
    new = seize(Build.objects.get(), LEASE)
    new.tell(folder="writtenanew00000")
    half_written(replay_storage / "writtenanew00000")

    claim.failed("too late")

    assert (replay_storage / "writtenanew00000").exists()


def test_an_attempt_that_finds_the_import_done_leaves_what_the_one_before_told(replay_storage):
    claim = claimed()
    nothing, something = ImportReport(), ImportReport()
    something.note("lap", added=927)

    claim.tell_import(nothing)
    assert Build.objects.get().report == "nothing changed"
    claim.tell_import(something)
    claim.tell_import(nothing)
    assert Build.objects.get().report == "added lap 927"


def test_who_lost_a_build_tells_nothing_of_its_import(replay_storage):
    lost = claimed()
    seize(Build.objects.get(), A_MINUTE)
    report = ImportReport()
    report.note("lap", added=927)

    lost.tell_import(report)

    assert Build.objects.get().report == ""
