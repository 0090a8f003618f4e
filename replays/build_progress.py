"""How far a build is, told by its row."""

import time
from collections.abc import Callable

from replays.claims import Claim
from replays.stages import IMPORTING, SHARE_BEFORE

SECONDS_BETWEEN = 0.5
"""Progress within a stage is written twice a second at most; a new stage at once."""


class BuildProgress:
    """Writes the stages of a claimed build, each a sign of life of it, and tells them to `also`.

    Raises what `Claim.tell` raises.
    """

    def __init__(self, claim: Claim, also: Callable[[str], None] | None = None) -> None:
        self._claim = claim
        self._also = also
        self._share = 0.0
        self._written_at = 0.0

    def stage(self, text: str) -> None:
        self._share = max(self._share, SHARE_BEFORE.get(text, 0.0))
        self._claim.tell(stage=text, progress=self._share)
        self._written_at = time.monotonic()
        if self._also is not None:
            self._also(text)

    def loaded(self, share: float) -> None:
        """The share of the loading alone that is done, 0 to 1."""
        self._share = max(self._share, share * SHARE_BEFORE[IMPORTING])
        if time.monotonic() - self._written_at >= SECONDS_BETWEEN:
            self._claim.tell(progress=self._share)
            self._written_at = time.monotonic()
