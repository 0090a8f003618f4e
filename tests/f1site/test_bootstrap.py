import ast
import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from f1site import bootstrap
from f1site.bootstrap import SetupError, require_python, require_writable, setting, write_env
from tests.f1site.environment import PROJECT


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_a_supported_python_is_accepted(version):
    require_python(version, "python3")


@pytest.mark.parametrize(("version", "fault"), [((2, 7), "too old"), ((3, 10), "too old"), ((3, 14), "too new")])
def test_another_python_is_one_line_that_says_what_to_do(version, fault):
    with pytest.raises(SetupError) as caught:
        require_python(version, "/usr/bin/python3")

    assert f"/usr/bin/python3 is Python {version[0]}.{version[1]}, which is {fault}" in str(caught.value)
    assert "PYTHON=" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_old_python_can_read_far_enough_to_say_that_it_is_old():
    ast.parse(Path(bootstrap.__file__).read_text(), feature_version=(3, 6))


def test_the_versions_are_those_of_the_project():
    low, high = bootstrap.OLDEST_PYTHON, bootstrap.NEWEST_PYTHON
    declared = f'requires-python = ">={low[0]}.{low[1]},<{high[0]}.{high[1] + 1}"'

    assert declared in (PROJECT / "pyproject.toml").read_text()


def test_env_gets_a_fresh_key_that_django_accepts(tmp_path):
    write_env(tmp_path / "one")
    write_env(tmp_path / "two")

    first, second = read(tmp_path / "one"), read(tmp_path / "two")
    assert len(first["SECRET_KEY"]) >= 50
    assert len(set(first["SECRET_KEY"])) >= 5
    assert first["DEBUG"] == "true"
    assert first["SECRET_KEY"] != second["SECRET_KEY"]


def test_env_is_readable_by_its_owner_only(tmp_path):
    write_env(tmp_path / ".env")

    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_an_existing_env_is_never_touched(tmp_path, capsys):
    (tmp_path / ".env").write_text("SECRET_KEY=mine\n")

    write_env(tmp_path / ".env")

    assert (tmp_path / ".env").read_text() == "SECRET_KEY=mine\n"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("line", "port"),
    [("PORT=8123", "8123"), ('export PORT="8123"  # ours', "8123"), ("# PORT=9", "8000"), ("PORTS=9", "8000")],
)
def test_the_port_is_read_from_env(tmp_path, monkeypatch, line, port):
    monkeypatch.delenv("PORT", raising=False)
    (tmp_path / ".env").write_text(f"DEBUG=true\n{line}\n")

    assert setting("PORT", "8000", tmp_path / ".env") == port


def test_the_environment_wins_over_env(tmp_path, monkeypatch):
    monkeypatch.setenv("PORT", "9000")
    (tmp_path / ".env").write_text("PORT=8123\n")

    assert setting("PORT", "8000", tmp_path / ".env") == "9000"


def test_a_folder_that_is_not_there_cannot_be_written(tmp_path):
    with pytest.raises(SetupError, match="cannot write in") as caught:
        require_writable(tmp_path / "gone")

    assert "\n" not in str(caught.value)


@pytest.fixture
def checkout(tmp_path):
    """As much of the project as the bootstrap needs, with nothing to install."""
    folder = tmp_path / "checkout"
    (folder / "f1site").mkdir(parents=True)
    for name in ("__init__.py", "address.py", "bootstrap.py"):
        shutil.copy(PROJECT / "f1site" / name, folder / "f1site")
    (folder / "requirements.txt").write_text("")
    return folder


def run_bootstrap(checkout, **environment):
    return subprocess.run(
        [sys.executable, "-m", "f1site.bootstrap", "run"],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )


def test_a_taken_port_stops_before_anything_is_made(checkout):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = run_bootstrap(checkout, PORT=str(port))

    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        f"port {port} of 127.0.0.1 is taken: stop what listens there, or choose another with PORT={port + 1}"
    ]
    assert not (checkout / ".venv").exists()
    assert not (checkout / ".env").exists()


def test_a_port_that_is_no_number_is_one_line(checkout):
    run = run_bootstrap(checkout, PORT="http")

    assert run.returncode == 1
    assert run.stderr.splitlines() == ["PORT=http is no port: set PORT=8000"]


@pytest.mark.slow
def test_packages_are_installed_again_only_when_the_pinned_file_changed(checkout):
    first = run_bootstrap(checkout, PORT="0")
    second = run_bootstrap(checkout, PORT="0")
    (checkout / "requirements.txt").write_text("# changed\n")
    third = run_bootstrap(checkout, PORT="0")

    assert [run.returncode for run in (first, second, third)] == [0, 0, 0]
    assert ["Installing" in run.stdout for run in (first, second, third)] == [True, False, True]
    assert (checkout / ".venv" / "bin" / "python").exists()


def read(env_file: Path) -> dict[str, str]:
    lines = [line for line in env_file.read_text().splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
