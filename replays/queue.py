"""Asking for builds, and taking that back. Light: the web process does this, workers do the rest."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from replays.models import ACTIVE, Build, BuildState
from seasons.models import Session


def enqueue(session: Session, *, refresh: bool = False, requested_by: str = "") -> tuple[Build, bool]:
    """The build of `session` that waits or runs, and whether this call made it: there is one at most.

    `refresh` asks for the newest data, and for a rebuild also where a replay is ready. A build that still waits
    takes that over; one that runs already stays as it was begun.
    """
    while True:
        active = Build.objects.filter(session=session, state__in=ACTIVE).first()
        if active is None:
            try:
                with transaction.atomic():
                    return Build.objects.create(session=session, refresh=refresh, requested_by=requested_by), True
            except IntegrityError:
                if not Session.objects.filter(pk=session.pk).exists():
                    raise
                continue  # another was quicker
        if not refresh or active.refresh or active.state == BuildState.RUNNING:
            return active, False
        if Build.objects.filter(pk=active.pk, state=BuildState.QUEUED).update(refresh=True):
            active.refresh = True
            return active, False


def request_cancel(build: Build) -> bool:
    """Have `build` cancelled: at once where it waits, soon where it runs. False where it has ended already."""
    while True:
        waiting = Build.objects.filter(pk=build.pk, state=BuildState.QUEUED)
        if waiting.update(state=BuildState.CANCELLED, finished_at=timezone.now()):
            return True
        if Build.objects.filter(pk=build.pk, state=BuildState.RUNNING).update(cancel_requested=True):
            return True
        if not Build.objects.filter(pk=build.pk, state__in=ACTIVE).exists():
            return False
