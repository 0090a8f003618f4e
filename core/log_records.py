"""What records of the log are spared: facts that none of our lines has, and that cost a tenth of a request."""

import logging
import time
from collections.abc import Mapping
from typing import Any

UNKNOWN: dict[str, Any] = {
    **dict.fromkeys(("pathname", "filename", "module"), ""),
    **dict.fromkeys(("funcName", "thread", "threadName", "process", "processName", "taskName", "exc_text")),
    "lineno": 0,
    "relativeCreated": 0.0,
}


class SparedRecord(logging.LogRecord):
    """A record that knows nothing of its thread, process, task and place in the code; stack traces are as they were.

    What logging's own works out of a file's name and finds out about threads is the same in each here, and so is kept
    once.
    """

    def __init__(
        self,
        name: str,
        level: int,
        pathname: str,
        lineno: int,
        msg: object,
        args: Any,
        exc_info: Any,
        func: str | None = None,
        sinfo: str | None = None,
        **more: Any,
    ) -> None:
        self.__dict__.update(UNKNOWN)
        self.name = name
        self.msg = msg
        # `log("%(lap)d", {"lap": 3})`: one mapping stands for all arguments.
        self.args = args[0] if args and len(args) == 1 and isinstance(args[0], Mapping) and args[0] else args
        self.levelno = level
        self.levelname = logging.getLevelName(level)
        self.exc_info = exc_info
        self.stack_info = sinfo
        self.created = time.time()
        self.msecs = self.created % 1 * 1_000


def leave_out_what_no_line_has() -> None:
    """From now on records are spared, and the code that logs is not looked for: the documentation of `logging` names
    the switch."""
    logging._srcfile = None
    logging.setLogRecordFactory(SparedRecord)
