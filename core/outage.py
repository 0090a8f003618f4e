"""When to ask a service that failed again: not at every request, each of which would wait for it."""

import logging
import threading
import time

logger = logging.getLogger(__name__)

REST_S = 3.0
"""A service that is away is asked so often, by one request; the others go on without it."""


class Outage:
    """Whether a service is away. One warning when it goes, one line when it is back. Safe in any thread.

    `service` and `meanwhile` are for those lines: what does not answer, and what is done until it does.
    """

    def __init__(self, service: str, meanwhile: str) -> None:
        self._service = service
        self._meanwhile = meanwhile
        self._lock = threading.Lock()
        self._is_away = False
        self._resting_until_s = 0.0

    @property
    def is_away(self) -> bool:
        return self._is_away

    def may_ask(self) -> bool:
        """Whether the caller should ask. While the service is away one caller in `REST_S` should, to see."""
        if not self._is_away:
            return True
        with self._lock:
            now_s = time.monotonic()
            if now_s < self._resting_until_s:
                return False
            self._resting_until_s = now_s + REST_S
            return True

    def failed(self, error: Exception) -> None:
        with self._lock:
            self._resting_until_s = time.monotonic() + REST_S
            was_away, self._is_away = self._is_away, True
        if not was_away:
            logger.warning("%s does not answer (%s): %s", self._service, type(error).__name__, self._meanwhile)

    def succeeded(self) -> None:
        if not self._is_away:
            return
        with self._lock:
            was_away, self._is_away = self._is_away, False
        if was_away:
            logger.info("%s answers again", self._service)


REDIS = Outage("Redis", "limits are counted by each process for itself until it does")
"""Of the one that limits are counted in: they share what is known of it."""
