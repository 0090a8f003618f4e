"""Builds whose process is gone (a kill, a crash, a power cut) are given up, and what they wrote is removed."""

import os
import socket
from contextlib import suppress
from datetime import timedelta

from django.utils import timezone

from replays.models import Build, BuildState, Replay
from replays.storage import delete_artefact

SILENT_AFTER = timedelta(minutes=10)
"""No step of a build takes nearly as long."""

INTERRUPTED = "interrupted"


def sweep_dead_builds() -> int:
    """Mark running builds whose process is dead as failed, and remove their unfinished folders; returns how many.

    A process is dead where it does not exist on this host, and wherever it runs when it is silent for SILENT_AFTER:
    after a reboot its number may be another's.
    """
    dead = [build for build in Build.objects.filter(state=BuildState.RUNNING) if not _is_alive(build)]
    for build in dead:
        ours = Build.objects.filter(pk=build.pk, state=BuildState.RUNNING).update(
            state=BuildState.FAILED, error=INTERRUPTED, finished_at=timezone.now()
        )
        if ours:
            with suppress(OSError):  # an unwritable storage is told by who writes to it
                remove_unfinished(build.folder)
    return len(dead)


def remove_unfinished(folder: str) -> None:
    """Remove what a build wrote to `folder`, unless that is a replay which was there already."""
    if folder and not Replay.objects.filter(public_id=folder).exists():
        delete_artefact(folder)


def _is_alive(build: Build) -> bool:
    if timezone.now() - build.heartbeat_at > SILENT_AFTER:
        return False
    return build.host != socket.gethostname() or _process_exists(build.pid)


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True
