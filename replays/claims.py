"""Who may work on a build: whoever knows its token, until the lease of that has passed.

A process that was taken for dead may still be alive and write: nothing it does to the row counts, as every change
here asks for the token. What it leaves in the storage is removed by whoever takes over, before anybody begins anew.
Leases run by the database's clock, so that workers on several machines agree.
"""

import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from replays.build_errors import BuildCancelled, BuildRunning, ClaimLost
from replays.models import Build, BuildState, Replay
from replays.storage import delete_artefact
from seasons.import_report import ImportReport
from seasons.models import Session

SILENT_AFTER = timedelta(minutes=15)
"""Who tells no progress for so long hangs: no step of a build takes nearly as long."""

FIRST_PROCESS_SPACE = "pid:[4026531836]"
"""What Linux calls the process numbers of the machine itself, as opposed to those of a container."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a build. `lease` is what each sign of life is worth; `was_queued`: somebody asked for it."""

    build_pk: int
    token: str
    lease: timedelta
    was_queued: bool = True

    def rows(self) -> QuerySet[Build]:
        """The build, as long as it is this claim's; else nothing."""
        return Build.objects.filter(pk=self.build_pk, state=BuildState.RUNNING, claim_token=self.token)

    def renew(self) -> bool:
        """A sign of life; returns whether the build is still this claim's."""
        return bool(self.rows().update(lease_until=Now() + self.lease))

    def tell(self, **fields: Any) -> None:
        """Write what is being done, which is a sign of life too. Raises ClaimLost, BuildCancelled."""
        if not self.rows().update(lease_until=Now() + self.lease, progress_at=Now(), **fields):
            raise ClaimLost("the build stood still for too long and was given up")
        if self.rows().filter(cancel_requested=True).exists():
            raise BuildCancelled("the build was cancelled")

    def tell_import(self, report: ImportReport) -> None:
        """Write what the import changed; an attempt that finds it done already leaves what the one before wrote."""
        rows = self.rows() if report else self.rows().filter(report="")
        rows.update(report=str(report))

    def done(self, replay: Replay | None) -> None:
        """The build has come to its end. Raises ClaimLost: call it in the transaction of what it made."""
        if not self._leave(BuildState.DONE, stage="done", progress=1.0, replay=replay, error="", finished=True):
            raise ClaimLost("the build stood still for too long and was given up")

    def failed(self, reason: str) -> None:
        self._give_up(BuildState.FAILED, error=_fitting(reason), finished=True)

    def cancelled(self) -> None:
        self._give_up(BuildState.CANCELLED, error="", finished=True)

    def try_again(self, reason: str, *, after: timedelta, counted: bool) -> None:
        """Back to the queue, for `after` from now. `counted`: it was an attempt, of which there are so many."""
        attempts = F("attempts") if counted else F("attempts") - 1
        self._requeue(error=_fitting(reason), not_before=Now() + after, attempts=attempts)

    def give_back(self) -> None:
        """Back to the queue, as if it had not been begun."""
        self._requeue(attempts=F("attempts") - 1, stage="")

    def _requeue(self, **fields: Any) -> None:
        if self.rows().filter(cancel_requested=True).exists():
            self.cancelled()
        else:
            self._give_up(BuildState.QUEUED, progress=0.0, **fields)

    def _give_up(self, state: BuildState, **fields: Any) -> None:
        """What was written is removed while the build is still ours: nobody else can be writing the same folder."""
        folder = self.rows().values_list("folder", flat=True).first()
        if folder:
            with suppress(OSError):  # an unwritable storage is told by who writes to it
                remove_unfinished(folder)
        self._leave(state, folder="", **fields)

    def _leave(self, state: BuildState, *, finished: bool = False, **fields: Any) -> bool:
        ended = timezone.now() if finished else None
        left = self.rows().update(state=state, claim_token="", lease_until=None, finished_at=ended, **fields)
        return bool(left)


def claim_next(lease: timedelta) -> Claim | None:
    """The build that has waited longest, claimed; None where none is due."""
    due = Build.objects.filter(Q(not_before__isnull=True) | Q(not_before__lte=Now()), state=BuildState.QUEUED)
    due = due.order_by("queued_at", "pk")
    while due.exists():  # asked first without a lock: SQLite has one for everything
        with transaction.atomic():
            # PostgreSQL passes over what others are claiming; SQLite lets one claim after the other.
            build = due.select_for_update(skip_locked=True, of=("self",)).first()
            if build is None:
                return None
            claim = _claim_queued(build, lease)
        if claim is not None:
            return claim
    return None


def claim_session(session: Session, lease: timedelta = SILENT_AFTER) -> Claim:
    """The build of `session`, claimed by this process; a waiting one if there is one, else a new one.

    Raises BuildRunning. A long lease, for who renews it by telling its stages alone.
    """
    while True:
        queued = Build.objects.filter(session=session, state=BuildState.QUEUED).first()
        if queued is not None:
            claim = _claim_queued(queued, lease)
            if claim is not None:
                return claim
            continue
        token = _new_token()
        try:
            with transaction.atomic():
                build = Build.objects.create(session=session, **_running(token, lease), attempts=1)
            return Claim(build.pk, token, lease, was_queued=False)
        except IntegrityError:
            if not Session.objects.filter(pk=session.pk).exists():
                raise
            refuse_running(session)


def refuse_running(session: Session) -> None:
    """Raises BuildRunning where somebody is building `session`."""
    running = Build.objects.filter(session=session, state=BuildState.RUNNING).select_related("session__event").first()
    if running is not None:
        raise BuildRunning(running)


def seize(build: Build, lease: timedelta) -> Claim | None:
    """Take a running build from who holds it; None where that one, or another, was quicker to renew its lease."""
    token = _new_token()
    as_it_was = Build.objects.filter(
        pk=build.pk, state=BuildState.RUNNING, claim_token=build.claim_token, lease_until=build.lease_until
    )
    here = {"host": this_host(), "pid": os.getpid(), "claim_token": token, "lease_until": Now() + lease}
    return Claim(build.pk, token, lease) if as_it_was.update(**here) else None


def remove_unfinished(folder: str) -> None:
    """Remove what a build wrote to `folder`, unless that is a replay which was there already."""
    if not Replay.objects.filter(public_id=folder).exists():
        delete_artefact(folder)


def this_host() -> str:
    """Where process numbers mean the same: the machine, and in a container also which one."""
    name = socket.gethostname()
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return name
    return name if space == FIRST_PROCESS_SPACE else f"{name} {space}"


def _claim_queued(build: Build, lease: timedelta) -> Claim | None:
    token = _new_token()
    waiting = Build.objects.filter(pk=build.pk, state=BuildState.QUEUED)
    if not waiting.update(**_running(token, lease), attempts=F("attempts") + 1):
        return None
    return Claim(build.pk, token, lease)


def _running(token: str, lease: timedelta) -> dict[str, Any]:
    return {
        "state": BuildState.RUNNING,
        "claim_token": token,
        "lease_until": Now() + lease,
        "progress_at": Now(),
        "host": this_host()[: Build._meta.get_field("host").max_length],
        "pid": os.getpid(),
        "started_at": timezone.now(),
        "stage": "",
        "progress": 0.0,
        "cancel_requested": False,
        "not_before": None,
    }


def _new_token() -> str:
    return secrets.token_hex(8)


def _fitting(reason: str) -> str:
    return reason[: Build._meta.get_field("error").max_length]
