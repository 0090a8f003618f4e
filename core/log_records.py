"""What records of the log are spared: facts that none of our lines has, and that cost a tenth of a request."""

import logging


def leave_out_what_no_line_has() -> None:
    """No record knows its thread, process, task and place in the code any more; stack traces are as they were.

    These are the switches that the documentation of `logging` names for this.
    """
    logging._srcfile = None
    logging.logThreads = False
    logging.logProcesses = False
    logging.logMultiprocessing = False
    if hasattr(logging, "logAsyncioTasks"):  # since Python 3.12
        logging.logAsyncioTasks = False
