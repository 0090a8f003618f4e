"""What waits to be sent to one viewer: bounded, and it is decided beforehand what a slow one loses.

Frames are only interesting when new: the oldest go. States and events are never lost; too many of them waiting mean
that the viewer does not read at all.
"""

import asyncio
from typing import Any

from core.send_now import SendNow

MAX_FRAME_MESSAGES = 20
MAX_OTHER_MESSAGES = 256
MAX_WRITING_S = 30.0

Message = dict[str, Any]
"""As ASGI sends it. Made once, whoever gets it, and changed by nobody."""


class TooSlow(Exception):
    """The viewer has not read for so long that messages it must not miss pile up."""


def text_message(text: str) -> Message:
    return {"type": "websocket.send", "text": text}


def binary_message(data: bytes) -> Message:
    return {"type": "websocket.send", "bytes": data}


class Outbox:
    """A queue with one reader, the connection's writer. `put_*` never wait.

    Frames that need not wait, while the writer does, go by `send_now` where the server has that.

    `writing_since_s` is the writer's to set: since when, in monotonic seconds, a message has been on its way.
    """

    def __init__(self, send_now: SendNow | None = None) -> None:
        self._send_now = send_now
        self._messages: list[tuple[Message, int | None, int]] = []  # mostly empty, and then a tenth of a deque
        self._frames = 0
        self._reader: asyncio.Future[None] | None = None
        self.dropped = 0
        self.frames_taken = 0
        self.writing_since_s: float | None = None

    def put(self, message: Message) -> None:
        """Queue a message that must arrive. Raises TooSlow."""
        if len(self._messages) - self._frames >= MAX_OTHER_MESSAGES:
            raise TooSlow
        self._messages.append((message, None, 0))
        self._wake_reader()

    def put_frames(self, message: Message, generation: int, count: int) -> None:
        """Send a message of `count` frames, or queue it; the oldest waiting ones make room."""
        if self._send_now is not None and self._is_read() and self._send_now(message):
            self.frames_taken += count
            return
        if self._frames >= MAX_FRAME_MESSAGES:
            oldest = next(i for i, (_, its_generation, _) in enumerate(self._messages) if its_generation is not None)
            del self._messages[oldest]
            self._frames -= 1
            self.dropped += 1
        self._messages.append((message, generation, count))
        self._frames += 1
        self._wake_reader()

    def _is_read(self) -> bool:
        """Whether the writer waits, and so nothing else does."""
        return self._reader is not None and not self._reader.done()

    def _wake_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None and not reader.done():
            reader.set_result(None)

    def drop_frames_before(self, generation: int) -> None:
        """Forget waiting frames of older generations."""
        kept = [item for item in self._messages if item[1] is None or item[1] >= generation]
        self._frames -= len(self._messages) - len(kept)
        self._messages = kept

    def take(self) -> Message | None:
        """The next message; None where nothing waits."""
        if not self._messages:
            return None
        message, generation, count = self._messages.pop(0)
        if generation is not None:
            self._frames -= 1
            self.frames_taken += count
        return message

    def more(self) -> asyncio.Future[None]:
        """For the reader that has taken all: done once there is something again."""
        self._reader = asyncio.get_running_loop().create_future()
        return self._reader

    def is_stuck(self, now_s: float) -> bool:
        """Whether the viewer has not taken a message for so long that it will not."""
        return self.writing_since_s is not None and now_s - self.writing_since_s > MAX_WRITING_S
