"""Installs Chromium for the viewer's tests where apt may: as root or with sudo that asks nothing.

    python -m tests.chromium

Never fails: without a browser its tests skip and say so.
"""

import os
import shutil
import subprocess

from tests.services import find_chromium

INSTALL_TIMEOUT_S = 600


def main() -> None:
    if find_chromium() or not shutil.which("apt-get"):
        return
    apt = ["apt-get", "--quiet", "--yes"]
    if os.geteuid() != 0:
        if not shutil.which("sudo") or not succeeds(["sudo", "--non-interactive", "true"]):
            return
        apt = ["sudo", "--non-interactive", *apt]
    print("Installing Chromium for the viewer's tests ...", flush=True)
    install = [*apt, "install", "--no-install-recommends", "chromium", "fonts-liberation"]
    # The package lists of a fresh machine are empty or old: then once more with new ones.
    if not succeeds(install) and not (succeeds([*apt, "update"]) and succeeds(install)):
        print("Chromium could not be installed: the tests that need it are skipped.")


def succeeds(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=INSTALL_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    main()
