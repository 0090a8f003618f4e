"""The worker that `serve` keeps alive, with commands that pretend to be one."""

import os
import queue
import sys
import time
from pathlib import Path

import pytest

from f1site.embedded_worker import EmbeddedWorker

PATIENCE_S = 30


def pretended(code: str) -> list[str]:
    return [sys.executable, "-c", f"import os, sys, time\n{code}"]


def wait_for(file: Path) -> str:
    give_up_at = time.monotonic() + PATIENCE_S
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < give_up_at, f"{file.name} was not written"
        time.sleep(0.01)
    return file.read_text()


@pytest.fixture
def said() -> "queue.Queue[str]":
    return queue.Queue()


def test_a_worker_that_dies_is_told_of_and_started_again(tmp_path, said):
    file = tmp_path / "second"
    code = f"""
if os.path.exists({str(tmp_path / "first")!r}):
    open({str(file)!r}, "w").write(str(os.getpid()))
    sys.stdin.read()
open({str(tmp_path / "first")!r}, "w").close()
sys.exit(3)
"""
    worker = EmbeddedWorker(said.put, command=pretended(code), restart_after_s=[0.0, 600.0])
    worker.start()
    try:
        assert said.get(timeout=PATIENCE_S) == "The worker ended by itself (exit code 3): another one in 0 s"
        wait_for(file)
    finally:
        worker.stop()

    assert said.empty()


def test_it_waits_longer_before_each_new_one(said):
    worker = EmbeddedWorker(said.put, command=pretended("sys.exit(1)"), restart_after_s=[0.0, 0.01, 600.0])
    worker.start()
    told = [said.get(timeout=PATIENCE_S).rpartition("in ")[2] for _ in range(3)]
    worker.stop()

    assert told == ["0 s", "0 s", "600 s"]


def test_the_worker_has_ended_when_it_was_stopped(tmp_path, said):
    file = tmp_path / "pid"
    code = f'open({str(file)!r}, "w").write(str(os.getpid()))\ntime.sleep(600)'
    worker = EmbeddedWorker(said.put, command=pretended(code))
    worker.start()
    pid = int(wait_for(file))

    worker.stop()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert said.empty()


def test_one_that_was_never_started_can_be_stopped(said):
    EmbeddedWorker(said.put).stop()
