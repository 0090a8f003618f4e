"""Records of the log without what no line has."""

import logging

import pytest

from core.log_formats import TextLines
from core.log_records import leave_out_what_no_line_has


@pytest.fixture
def switches(monkeypatch):
    for name in ("_srcfile", "logThreads", "logProcesses", "logMultiprocessing", "logAsyncioTasks"):
        monkeypatch.setattr(logging, name, getattr(logging, name, None), raising=False)


def test_a_record_knows_less_and_its_line_and_stack_trace_say_the_same(switches, caplog):
    def told():
        caplog.clear()
        try:
            raise ValueError("broken")
        except ValueError:
            logging.getLogger("some").exception("it failed")
        (record,) = caplog.records
        return record, TextLines().format(record).partition(" | ")[2]

    whole, line = told()
    leave_out_what_no_line_has()
    spared, same = told()

    assert (whole.threadName, spared.threadName, spared.process, spared.lineno) == ("MainThread", None, None, 0)
    assert same == line
    assert "raise ValueError" in same
