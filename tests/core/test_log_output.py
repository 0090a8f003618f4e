"""Whoever reads the log may be slow, gone, or asleep."""

import logging
import os
import select
import threading

import pytest

from core import log_output
from core.log_output import UnwaitingHandler

PATIENCE_S = 10


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield reader, writer
    for end in (reader, writer):
        try:
            os.close(end)
        except OSError:
            continue


@pytest.fixture
def log(pipe):
    handler = UnwaitingHandler(pipe[1])
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.handler = handler
    return logger


def fill(writer):
    """Until not even one byte more goes in; how many went."""
    os.set_blocking(writer, False)
    count = 0
    for size in (65536, 4096, 1):
        try:
            while True:
                count += os.write(writer, b"-" * size)
        except BlockingIOError:
            continue
    os.set_blocking(writer, True)
    return count


def read(reader, count):
    data = b""
    while len(data) < count:
        data += os.read(reader, count - len(data))
    return data


def read_lines(reader, count):
    data = b""
    while data.count(b"\n") < count:
        assert select.select([reader], [], [], PATIENCE_S)[0], "nothing more comes"
        data += os.read(reader, 65536)
    return data.decode().splitlines()


def test_a_line_is_there_when_the_call_returns(log, pipe):
    log.info("one")
    log.info("two")
    assert os.read(pipe[0], 100) == b"one\ntwo\n"
    assert "log" not in [thread.name for thread in threading.enumerate()]


def test_nobody_waits_for_a_reader_that_has_stopped(log, pipe):
    reader, writer = pipe
    filled = fill(writer)

    logged = threading.Thread(target=lambda: [log.info("line %d", number) for number in range(1000)], daemon=True)
    logged.start()
    logged.join(PATIENCE_S)
    assert not logged.is_alive()

    read(reader, filled)
    assert read_lines(reader, 1000) == [f"line {number}" for number in range(1000)]
    log.handler.flush()
    log.info("afterwards")
    assert read_lines(reader, 1) == ["afterwards"]


def test_a_record_larger_than_the_pipe_holds_nobody_up_either(log, pipe):
    logged = threading.Thread(target=lambda: log.info("x" * 1_000_000), daemon=True)
    logged.start()
    logged.join(PATIENCE_S)
    assert not logged.is_alive()
    assert read_lines(pipe[0], 1) == ["x" * 1_000_000]


def test_what_waits_has_a_limit_and_the_log_says_what_is_missing(log, pipe, monkeypatch):
    monkeypatch.setattr(log_output, "MAX_WAITING_BYTES", 100)
    reader, writer = pipe
    filled = fill(writer)
    for _ in range(50):
        log.info("a line of 20 bytes.")

    read(reader, filled)
    lines = read_lines(reader, 5)
    while "dropped" not in lines[-1]:
        lines += read_lines(reader, 1)
    written = lines.count("a line of 20 bytes.")
    assert written < 10  # one in the thread's hand, and what waits
    assert lines[-1] == f"{50 - written} lines were dropped: nobody read them"


def test_a_reader_that_is_gone_costs_lines_and_nothing_else(log, pipe):
    os.close(pipe[0])
    log.info("to nobody")
    log.info("to nobody")


def test_a_descriptor_that_is_closed_costs_lines_and_nothing_else(log, pipe):
    os.close(pipe[1])
    log.info("to nowhere")


def test_a_flush_does_not_wait_for_ever(log, pipe, monkeypatch):
    monkeypatch.setattr(log_output, "PATIENCE_AT_END_S", 0.01)
    reader, writer = pipe
    filled = fill(writer)
    log.info("stuck")
    log.handler.flush()
    # The thread must be done before the next test, whose pipe may get the same number.
    read(reader, filled)
    assert read_lines(reader, 1) == ["stuck"]


def test_lone_surrogates_are_written(log, pipe):
    log.info("\udcff")
    assert os.read(pipe[0], 100) == b"\\udcff\n"


def test_lines_of_several_threads_stay_whole(log, pipe):
    threads = [threading.Thread(target=lambda name=name: [log.info(name * 100) for _ in range(50)]) for name in "abcd"]
    for thread in threads:
        thread.start()
    lines = read_lines(pipe[0], 200)
    for thread in threads:
        thread.join()
    assert sorted(lines) == sorted([name * 100 for name in "abcd" for _ in range(50)])
