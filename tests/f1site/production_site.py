"""The site as a process, with the settings of production: `manage.py serve`, which is uvicorn, or daphne."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.f1site.environment import PROJECT, bare_environment

SERVERS = ("uvicorn", "daphne")
PATIENCE_S = 60


def production_environment(folder: Path, **settings: str) -> dict[str, str]:
    """Without limits: what is asked here is asked often."""
    given = {"DEBUG": "false", "RATE_LIMIT_PER_MINUTE": "0", "DJANGO_SETTINGS_MODULE": "tests.served_settings"}
    return bare_environment(folder, **(given | {"PYTHONPATH": str(PROJECT)} | settings))


def run(environment: dict[str, str], *code: str) -> str:
    """What Python code prints that runs as part of the site."""
    setup = "import django; django.setup()"
    command = [sys.executable, "-c", "\n".join([setup, *code])]
    return subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


@contextmanager
def served(environment: dict[str, str], server: str = "uvicorn") -> Iterator[str]:
    """Its host and port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = {
        "uvicorn": ["manage.py", "serve"],
        "daphne": ["-m", "daphne", "-b", "127.0.0.1", "-p", port, "--no-server-name", "f1site.asgi:application"],
    }[server]
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=PROJECT,
        env=environment | {"PORT": port},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(process, f"127.0.0.1:{port}")
        yield f"127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def wait_for(process: "subprocess.Popen[str]", address: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        try:
            with urllib.request.urlopen(f"http://{address}/health/live", timeout=1):
                return
        except OSError:
            continue
    raise AssertionError("does not answer")
