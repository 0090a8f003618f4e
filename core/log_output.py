"""Where lines are written without anybody waiting for who reads them."""

import logging
import os
import select
import threading
from collections import deque

STDERR = 2
MAX_WAITING_BYTES = 4 * 1024 * 1024
PATIENCE_AT_END_S = 2.0


class UnwaitingHandler(logging.Handler):
    """Writes each line at once, while `descriptor` takes it; one that does not costs lines, and no request its time.

    A pipe whose reader has stopped blocks who writes to it: in the event loop, the whole site. So what would not be
    taken waits in memory, for a thread that is there only meanwhile; beyond MAX_WAITING_BYTES lines are dropped,
    and counted in a line of their own.
    """

    def __init__(self, descriptor: int = STDERR) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._dropped = 0
        self._writing = False
        self._changed = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
        with self._changed:
            if not self._writing:
                line = self._write_at_once(line)
                if not line:
                    return
                self._writing = True
                threading.Thread(target=self._catch_up, name="log", daemon=True).start()
            self._keep(line)

    def flush(self) -> None:
        """Waits until all is written, but not for long."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writing, PATIENCE_AT_END_S)

    def _write_at_once(self, line: bytes) -> bytes:
        """Returns what was not taken."""
        while line and self._poll.poll(0):
            line = self._write(line)
        return line

    def _write(self, line: bytes) -> bytes:
        """The rest of the line. Does not block after a `poll`: whoever can be written to takes PIPE_BUF bytes."""
        try:
            return line[os.write(self._descriptor, line[: select.PIPE_BUF]) :]
        except BlockingIOError:
            return line
        except OSError:
            return b""  # nobody reads it any more, and there is nowhere to say so

    def _keep(self, line: bytes) -> None:
        if self._waiting_bytes + len(line) > MAX_WAITING_BYTES:
            self._dropped += 1
            return
        self._waiting.append(line)
        self._waiting_bytes += len(line)

    def _catch_up(self) -> None:
        # One of its own: two threads may not ask the same.
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        while line := self._next():
            while line:
                poll.poll()
                line = self._write(line)

    def _next(self) -> bytes:
        """What is to be written next; empty, and the thread's work done, where nothing is."""
        with self._changed:
            if self._waiting:
                line = self._waiting.popleft()
                self._waiting_bytes -= len(line)
                return line
            if self._dropped:
                lost, self._dropped = self._dropped, 0
                message = f"{lost} lines were dropped: nobody read them"
                return f"{self.format(self._own_record(message))}\n".encode()
            self._writing = False
            self._changed.notify_all()
            return b""

    def _own_record(self, message: str) -> logging.LogRecord:
        return logging.LogRecord(__name__, logging.WARNING, __file__, 0, message, (), None)
