"""What `make` needs before anything can run: a Python, a folder, a free port, `.env`, and `.venv` with its packages.

    python3 -m f1site.bootstrap run         everything that `manage.py serve` needs
    python3 -m f1site.bootstrap packages    `.venv` with the packages of the site, the tests and lint

Standard library only. An old Python has to read this file to say that it is too old: nothing newer than 3.6 outside
of functions that run after `require_python`.
"""

import hashlib
import os
import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)
SECRET_KEY_BYTES = 48
INTERRUPTED_EXIT_CODE = 130


class SetupError(Exception):
    """The message is one line: what is wrong and what to do."""


def require_python(version: "tuple[int, int]", executable: str) -> None:
    """Raises SetupError unless `version` is one that the packages are pinned for."""
    if OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        return
    fault = "too old" if version < OLDEST_PYTHON else "too new"
    raise SetupError(
        f"{executable} is Python {version[0]}.{version[1]}, which is {fault}: install Python 3.11, 3.12 or 3.13, "
        "or name one: make run PYTHON=/path/to/python3.13"
    )


def require_writable(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=str(folder)):
            pass
    except OSError as error:
        raise SetupError(f"cannot write in {folder} ({error.strerror}): make it writable, or use a copy") from None


def require_address(env_file: Path) -> None:
    """Raises SetupError where the server could not listen later, after minutes of installing."""
    from f1site.address import AddressError, listen

    host = setting("HOST", "127.0.0.1", env_file)
    port = setting("PORT", "8000", env_file)
    if not port.isdecimal():
        raise SetupError(f"PORT={port} is no port: set PORT=8000")
    try:
        listen(host, int(port)).close()
    except AddressError as error:
        raise SetupError(str(error)) from None


def setting(name: str, default: str, env_file: Path) -> str:
    """A plain value from the environment, else from `.env`: enough to look ahead, the settings read it properly."""
    if os.environ.get(name):
        return os.environ[name]
    pattern = re.compile(rf"\s*(?:export\s+)?{name}\s*=\s*['\"]?([^'\"#\s]+)")
    lines = env_file.read_text(encoding="utf-8").splitlines() if env_file.is_file() else []
    values = [match.group(1) for match in map(pattern.match, lines) if match]
    return values[-1] if values else default


def write_env(env_file: Path) -> None:
    """A development `.env` with a fresh key, readable by its owner; an existing one is never touched."""
    lines = [
        "# Written by `make run`, for development. All settings, with their defaults: .env.example",
        "DEBUG=true",
        f"SECRET_KEY={secrets.token_urlsafe(SECRET_KEY_BYTES)}",
    ]
    try:
        descriptor = os.open(env_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    print("Wrote .env with a fresh SECRET_KEY.")


def make_venv(venv: Path) -> None:
    """A `.venv` of the Python that runs this; one of another version, or of a Python that is gone, is replaced."""
    if venv_version(venv) == sys.version_info[:2]:
        return
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], capture_output=True, text=True)
    if made.returncode == 0:
        return
    if "ensurepip" in made.stdout + made.stderr:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        raise SetupError(f"this Python cannot make virtual environments: install {package}, then try again")
    raise SetupError(f"cannot make {venv}: {last_line(made.stderr or made.stdout)}")


def venv_version(venv: Path) -> "tuple[int, ...]":
    """(major, minor) of the Python in a `.venv` that works; empty where there is none."""
    code = "import sys, pip; print(*sys.version_info[:2])"
    try:
        asked = subprocess.run([str(venv / "bin" / "python"), "-c", code], capture_output=True, text=True)
    except OSError:
        return ()
    return tuple(int(number) for number in asked.stdout.split())


def install(venv: Path, requirements: Path) -> None:
    """Installs a pinned file, unless it is the one installed last: a stamp in the `.venv` has its hash."""
    stamp = venv / f"{requirements.name}.sha256"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    print(f"Installing {requirements.name} into .venv (once; a minute or so) ...", flush=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    pip += ["--disable-pip-version-check", "--require-hashes", "-r", str(requirements)]
    if subprocess.run(pip).returncode != 0:
        raise SetupError(f"{requirements.name} could not be installed: pip says why, above")
    stamp.write_text(digest)


def last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


def main(arguments: "list[str]") -> None:
    require_python(sys.version_info[:2], sys.executable)
    require_writable(PROJECT)
    requirements = ["requirements.txt"]
    if arguments == ["run"]:
        require_address(PROJECT / ".env")
        write_env(PROJECT / ".env")
    elif arguments == ["packages"]:
        requirements.append("requirements-dev.txt")
    else:
        raise SetupError("usage: python3 -m f1site.bootstrap run|packages")
    make_venv(PROJECT / ".venv")
    for name in requirements:
        install(PROJECT / ".venv", PROJECT / name)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SetupError as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED_EXIT_CODE)
