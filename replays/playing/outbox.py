"""What waits to be sent to one viewer: bounded, and it is decided beforehand what a slow one loses.

Frames are only interesting when new: the oldest go. States and events are never lost; too many of them waiting mean
that the viewer does not read at all.
"""

import asyncio
from collections import deque

MAX_FRAME_MESSAGES = 20
MAX_OTHER_MESSAGES = 256


class TooSlow(Exception):
    """The viewer has not read for so long that messages it must not miss pile up."""


class Outbox:
    """A queue with one reader, the connection's writer. `put_*` never wait."""

    def __init__(self) -> None:
        self._messages: deque[tuple[bytes, int | None]] = deque()
        self._frames = 0
        self._filled = asyncio.Event()
        self.dropped = 0

    def put(self, message: bytes) -> None:
        """Queue a message that must arrive. Raises TooSlow."""
        if len(self._messages) - self._frames >= MAX_OTHER_MESSAGES:
            raise TooSlow
        self._messages.append((message, None))
        self._filled.set()

    def put_frames(self, message: bytes, generation: int) -> None:
        """Queue frames; the oldest waiting ones make room."""
        if self._frames >= MAX_FRAME_MESSAGES:
            oldest = next(i for i, (_, its_generation) in enumerate(self._messages) if its_generation is not None)
            del self._messages[oldest]
            self._frames -= 1
            self.dropped += 1
        self._messages.append((message, generation))
        self._frames += 1
        self._filled.set()

    def drop_frames_before(self, generation: int) -> None:
        """Forget waiting frames of older generations."""
        kept = [item for item in self._messages if item[1] is None or item[1] >= generation]
        self._frames -= len(self._messages) - len(kept)
        self._messages = deque(kept)

    async def get(self) -> bytes:
        """The next message, once there is one."""
        while not self._messages:
            self._filled.clear()
            await self._filled.wait()
        message, generation = self._messages.popleft()
        self._frames -= generation is not None
        return message
