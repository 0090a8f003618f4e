"""What health tells of replays: whether a worker builds them, and whether those that are built can be reached."""

import os

from django.core.files.storage import FileSystemStorage, storages

from core.health import DATABASE_FACTS, PROBES
from core.probe import Facts, Probe
from replays.heartbeat import is_any_worker_there

NO_REPLAY = "health"
"""The name of nothing in the storage: asking for it is the cheapest way to see whether a bucket answers."""


def worker_state() -> str:
    return "alive" if is_any_worker_there() else "absent"


def check_storage() -> Facts:
    storage = storages["replays"]
    if isinstance(storage, FileSystemStorage):
        # Where nothing was built yet, the folder may not be there: the first build makes it.
        if os.path.lexists(storage.location):
            os.scandir(storage.location).close()
    else:
        storage.exists(NO_REPLAY)
    return {"storage": "available"}


STORAGE = Probe("storage", check_storage, {"storage": "unavailable"})


def join_health() -> None:
    """Twice is once."""
    DATABASE_FACTS["worker"] = worker_state
    if STORAGE not in PROBES:
        PROBES.append(STORAGE)
