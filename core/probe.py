"""A check that somebody else may hang, repeated by one thread while anybody asks; what it finds, all who ask share."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

logger = logging.getLogger(__name__)

EVERY_S = 1.0
PATIENCE_S = 1.5
"""A check that takes longer counts as failed. With `EVERY_S` it decides how soon a hang shows."""
WATCHED_S = 300.0
"""For so long after it was asked last a check goes on: who asks every few minutes is answered at once, and truly."""

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found: whether all is well, and its facts in words."""

    is_up: bool
    facts: Facts


class Probe:
    """`check` returns facts where all is well and raises where not: then they are `failed`.

    Safe to ask from any thread and any event loop. Asking never waits; one thread at a time runs the check.
    """

    def __init__(self, name: str, check: Callable[[], Facts], failed: Facts) -> None:
        self.name = name
        self._check = check
        self._failed = Finding(False, failed)
        self._lock = threading.Lock()
        self._is_watched = False
        self._watched_until_s = 0.0
        self._checking_since: float | None = None
        self._found = self._failed
        self._known: Future[None] = Future()

    def ask(self, *, once: bool = False) -> "Future[None]":
        """Ends once something is known that holds now; the check is repeated from here on for a while, unless `once` is
        all that is wanted."""
        with self._lock:
            until_s = time.monotonic() + (0.0 if once else WATCHED_S)
            self._watched_until_s = max(self._watched_until_s, until_s)
            if not self._is_watched:
                self._is_watched = True
                self._known = Future()
                threading.Thread(target=self._watch, name=f"probe {self.name}", daemon=True).start()
            return self._known

    def finding(self) -> Finding:
        """What is known. What was found before anybody asked again, and what takes too long, counts as failed."""
        with self._lock:
            since = self._checking_since
            hangs = since is not None and time.monotonic() - since > PATIENCE_S
            return self._found if self._known.done() and not hangs else self._failed

    def _watch(self) -> None:
        # Not a lambda more than needed under the lock: callbacks of the future run in this thread.
        while True:
            self._checking_since = time.monotonic()
            found = self._run()
            with self._lock:
                self._found, self._checking_since = found, None
                known = self._known
            if not known.done():
                known.set_result(None)
            time.sleep(EVERY_S)
            with self._lock:
                if time.monotonic() > self._watched_until_s:
                    self._is_watched = False
                    return

    def _run(self) -> Finding:
        try:
            return Finding(True, self._check())
        except Exception as error:
            if self._found.is_up or not self._known.done():
                logger.warning("%s: %s", self.name, " ".join(str(error).split()) or type(error).__name__)
            return self._failed
