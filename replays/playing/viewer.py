"""A viewer of a room as its hub sees it: what it asked for, and where its messages wait."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from replays.playing.encoding import Variant
from replays.playing.outbox import Outbox, TooSlow


@dataclass(eq=False, slots=True)
class Viewer:
    """`on_too_slow` is called once when messages pile up that must not be lost."""

    variant: Variant
    on_too_slow: Callable[[], None]
    outbox: Outbox = field(default_factory=Outbox)
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    generation: int = 0
    waiting: list[asyncio.TimerHandle] = field(default_factory=list)

    def tell(self, message: bytes) -> None:
        """Queue what must arrive."""
        try:
            self.outbox.put(message)
        except TooSlow:
            self.on_too_slow()

    def begin_generation(self, generation: int) -> None:
        """Forget frames of older generations, also those that wait for their time."""
        self.generation = generation
        self.outbox.drop_frames_before(generation)
        self.forget_waiting()

    def forget_waiting(self) -> None:
        for handle in self.waiting:
            handle.cancel()
        self.waiting.clear()

    def send_frames_at(self, due_in_s: float, message: bytes, generation: int) -> None:
        """Queue frames now, or at their own time."""
        if due_in_s <= 0:
            self.outbox.put_frames(message, generation)
            return
        self.waiting = [handle for handle in self.waiting if not handle.cancelled() and handle.when() > _loop_time()]
        self.waiting.append(
            asyncio.get_running_loop().call_later(due_in_s, self.outbox.put_frames, message, generation)
        )


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
