"""Records of the log without what no line has."""

import logging

import pytest

from core.log_formats import TextLines
from core.log_records import SparedRecord, leave_out_what_no_line_has


@pytest.fixture
def switches(monkeypatch):
    factory = logging.getLogRecordFactory()
    monkeypatch.setattr(logging, "_srcfile", logging._srcfile)
    yield
    logging.setLogRecordFactory(factory)


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


@pytest.mark.parametrize(
    ("message", "args"),
    [("no lap", ()), ("lap %d of %s", (3, "VER")), ("lap %(lap)d", ({"lap": 3},)), ("%s", ({},)), ("100 %", ())],
)
@pytest.mark.parametrize("level", [logging.INFO, logging.ERROR, 25])
def test_a_spared_record_says_what_loggings_own_does(message, args, level):
    whole, spared = (
        kind("some", level, "file.py", 7, message, args, None) for kind in (logging.LogRecord, SparedRecord)
    )

    assert spared.getMessage() == whole.getMessage()
    assert (spared.name, spared.levelno, spared.levelname) == (whole.name, whole.levelno, whole.levelname)
    assert 0 <= spared.created - whole.created < 1
    assert 0 <= spared.msecs < 1_000
    assert vars(whole).keys() - {"taskName"} <= set(dir(spared))
    assert logging.Formatter("%(asctime)s %(module)s %(threadName)s %(message)s").format(spared)
