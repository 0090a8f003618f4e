"""Whether any worker is there. Workers say so by a row each; nothing but the database is needed for it."""

import os
import socket
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models.functions import Now

from replays.models import WorkerHeartbeat

EVERY_S = 10.0
MISSED_AFTER = timedelta(seconds=35)
"""Three beats; a worker that waits for a database that was away comes back within 30 s."""
FORGOTTEN_AFTER = timedelta(days=1)


class Heartbeat:
    """This process's. `beat` may be called as often as one likes."""

    def __init__(self) -> None:
        self._next_at = 0.0
        self._name: dict[str, Any] = {"host": socket.gethostname()[:100], "pid": os.getpid()}

    def beat(self) -> None:
        """Raises DatabaseError."""
        if time.monotonic() < self._next_at:
            return
        _beat, is_new = WorkerHeartbeat.objects.update_or_create(**self._name, defaults={"beat_at": Now()})
        if is_new:
            WorkerHeartbeat.objects.filter(beat_at__lt=Now() - FORGOTTEN_AFTER).delete()
        self._next_at = time.monotonic() + EVERY_S

    def end(self) -> None:
        """This worker goes away in order: nobody has to wait to notice."""
        with suppress(DatabaseError):
            WorkerHeartbeat.objects.filter(**self._name).delete()


def is_any_worker_there() -> bool:
    """Raises DatabaseError."""
    return WorkerHeartbeat.objects.filter(beat_at__gt=Now() - MISSED_AFTER).exists()
