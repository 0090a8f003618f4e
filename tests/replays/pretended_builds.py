"""Subprocesses that pretend to build: they do one thing that a real one might, and never touch the database."""

import sys
from pathlib import Path

READ_CLAIM = "import os, signal, sys, time; claim = sys.stdin.readline()\n"


def pretended(code: str) -> list[str]:
    return [sys.executable, "-c", READ_CLAIM + code]


ENDS_WITHOUT_A_WORD = pretended("sys.exit(3)")
IS_KILLED = pretended("os.kill(os.getpid(), signal.SIGKILL)")
NEVER_ENDS = pretended("time.sleep(600)")


def writes_its_claim(file: Path) -> list[str]:
    return pretended(f"open({str(file)!r}, 'w').write(' '.join(sys.argv[1:]) + ' ' + claim)")


def clears_up_at_sigterm(ready: Path, cleared: Path) -> list[str]:
    return pretended(
        f"def clear(*_):\n    open({str(cleared)!r}, 'w').close()\n    sys.exit(130)\n"
        f"signal.signal(signal.SIGTERM, clear)\nopen({str(ready)!r}, 'w').close()\ntime.sleep(600)"
    )


def ignores_sigterm(ready: Path) -> list[str]:
    return pretended(
        f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\nopen({str(ready)!r}, 'w').close()\ntime.sleep(600)"
    )
