"""Builds whose holder is gone (a kill, a crash, a power cut) go back to the queue; what they wrote is removed."""

import os
from datetime import timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now

from replays.attempts import settle_crash
from replays.claims import seize, this_host
from replays.models import Build, BuildState
from seasons.models import Session

DIED = "the process that built it died"
TIME_TO_REMOVE = timedelta(minutes=1)
"""The lease of a dead build while what it wrote is being removed."""


def release_dead_builds(session: Session | None = None) -> int:
    """Take dead builds (of `session`, or all) from their holders, for the queue; returns how many.

    Dead is one whose lease has passed, wherever it runs. On this host it also is one whose process does not exist,
    which spares waiting for the lease.
    """
    passed = ExpressionWrapper(Q(lease_until__lt=Now()), output_field=BooleanField())
    running = Build.objects.filter(state=BuildState.RUNNING).annotate(lease_has_passed=passed)
    if session is not None:
        running = running.filter(session=session)
    released = 0
    for build in running:
        if not (build.lease_has_passed or _is_gone(build)):
            continue
        claim = seize(build, TIME_TO_REMOVE)
        if claim is None:
            continue
        released += 1
        settle_crash(claim, DIED)
    return released


def _is_gone(build: Build) -> bool:
    return build.host == this_host() and build.pid is not None and not _process_exists(build.pid)


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True
