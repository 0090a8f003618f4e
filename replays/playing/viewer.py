"""A viewer of a room as its hub sees it: what it asked for, and where its messages wait."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from replays.playing.encoding import Variant
from replays.playing.outbox import Outbox, TooSlow, text_message
from replays.playing.server_time import server_time_s


@dataclass(eq=False, slots=True)
class Viewer:
    """`on_too_slow` is called when messages pile up that must not be lost, `on_farewell` when the process stops."""

    variant: Variant
    on_too_slow: Callable[[], None]
    on_farewell: Callable[[], None]
    outbox: Outbox = field(default_factory=Outbox)
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    arrived: float = field(default_factory=server_time_s)
    """Unix seconds of the server's clock: who has been there longest is the host."""
    frames_counted: int = 0

    def tell(self, message: bytes) -> None:
        """Queue what must arrive, a JSON text."""
        try:
            self.outbox.put(text_message(message.decode()))
        except TooSlow:
            self.on_too_slow()

    def look_after(self, now_s: float) -> int:
        """Give one up that does not read; how many frames it has taken since this was last asked."""
        if self.outbox.is_stuck(now_s):
            self.on_too_slow()
        taken, self.frames_counted = self.outbox.frames_taken - self.frames_counted, self.outbox.frames_taken
        return taken
