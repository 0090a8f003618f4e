"""Nothing starts with settings that are wrong, and what is wrong is told at once, a line for each."""

import json
import re
import subprocess
import sys

import pytest
from django.core.checks import run_checks

from f1site.checks import TAG
from tests.f1site.environment import PROJECT, bare_environment

SOUND_KEY = bare_environment(PROJECT)["SECRET_KEY"]
WRONG = {
    "DEBUG": "maybe",
    "SECRET_KEY": "hunter2",
    "ALLOWED_HOSTS": "https://a.example",
    "APP_NAME": "F1\tRace",
    "PORT": "70000",
    "HOST": "http://localhost",
    "DATABASE_URL": "mysql://user:hunter2@host/f1",
    "DB_POOL_SIZE": "0",
    "DB_MAX_OVERFLOW": "-1",
    "REDIS_URL": "127.0.0.1:6379",
    "CORS_ORIGINS": "*",
    "RATE_LIMIT_PER_MINUTE": "-1",
    "TRUSTED_PROXY_HOPS": "-1",
    "ADMIN_PATH": "api/",
    "FASTF1_CACHE_DIR": "manage.py",
    "FASTF1_OFFLINE": "perhaps",
    "REPLAY_STORAGE": "gs://bucket",
    "REPLAY_FPS": "61",
    "MAX_CONCURRENT_REPLAYS": "many",
    "WS_CONNECTIONS_PER_IP": "0",
    "SENTRY_DSN": "sentry",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318",
    "LOG_FORMAT": "xml",
    "PROMETHEUS_MULTIPROC_DIR": "manage.py/metrics",
}
OF_THE_FASTAPI_SERVICE = """\
# Application
APP_NAME="F1 Race Replay API"
APP_VERSION="1.0.0"
ENVIRONMENT=production
DEBUG=False
HOST=0.0.0.0
PORT=8000   # behind the proxy
LOG_LEVEL=INFO
WORKERS=4

# Database
DATABASE_URL=postgresql+asyncpg://user:pw@host/db
DB_POOL_SIZE=10
DB_MAX_OVERFLOW=20
DB_ECHO=false

# Security
SECRET_KEY="{key}"
CORS_ORIGINS=["http://localhost:3000","http://localhost:8080"]
RATE_LIMIT_PER_MINUTE=60

FASTF1_CACHE_DIR=./var/of-tests
"""
DUMP = """
import json
from django.conf import settings
names = {names!r}
print(json.dumps({{name: getattr(settings, name) for name in names}}, default=str))
"""

pytestmark = pytest.mark.slow


def manage(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)


def production(tmp_path, **settings: str) -> dict[str, str]:
    return bare_environment(tmp_path, DEBUG="false", **settings)


def loaded(environment: dict[str, str], *names: str) -> dict:
    """Settings as a process of that environment has them."""
    run = manage("shell", "-v0", "-c", DUMP.format(names=names), environment=environment)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_every_setting_that_is_wrong_has_a_line_and_no_secret_is_in_one(tmp_path):
    run = manage("check", environment=bare_environment(tmp_path, **WRONG))

    assert run.returncode == 1
    assert run.stdout == ""
    assert sorted(line.partition(":")[0].partition("=")[0] for line in run.stderr.splitlines()) == sorted(WRONG)
    assert "hunter2" not in run.stderr


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "warm_cache", "shell", "runserver", "collectstatic"])
def test_no_command_is_carried_out(tmp_path, command):
    run = manage(command, environment=bare_environment(tmp_path, PORT="abc", REPLAY_FPS="0"))

    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        "PORT=abc: must be a whole number from 0 to 65535",
        "REPLAY_FPS=0: must be a whole number from 1 to 60",
    ]


def test_another_server_does_not_start_either(tmp_path):
    command = [sys.executable, "-m", "uvicorn", "f1site.asgi:application", "--port", "0"]
    run = subprocess.run(
        command, cwd=PROJECT, env=bare_environment(tmp_path, REPLAY_FPS="0"), capture_output=True, text=True, timeout=60
    )

    assert run.returncode != 0
    assert run.stderr.splitlines() == ["REPLAY_FPS=0: must be a whole number from 1 to 60"]


@pytest.mark.parametrize("arguments", [["--help"], ["help", "warm_cache"], ["serve", "--help"], ["--version"]])
def test_help_wants_no_settings(tmp_path, arguments):
    run = manage(*arguments, environment=production(tmp_path, SECRET_KEY=""))

    assert run.returncode == 0
    assert run.stderr == ""


def test_a_key_is_required_in_production(tmp_path):
    run = manage("check", environment=production(tmp_path, SECRET_KEY=""))

    assert run.returncode == 1
    assert run.stderr.startswith("SECRET_KEY: is required when DEBUG=false")


def test_no_key_is_required_in_development(tmp_path):
    assert manage("check", environment=bare_environment(tmp_path, SECRET_KEY="")).returncode == 0


def test_a_file_of_settings_that_is_named_and_missing_is_a_fault(tmp_path):
    run = manage("check", environment=bare_environment(tmp_path, ENV_FILE=str(tmp_path / "gone.env")))

    assert run.returncode == 1
    assert re.fullmatch(r"ENV_FILE=\S+: there is no such file\n", run.stderr)


def test_the_file_of_the_fastapi_service_that_this_replaces_starts_it_unchanged(tmp_path):
    file = tmp_path / ".env"
    file.write_text(OF_THE_FASTAPI_SERVICE.format(key=SOUND_KEY))
    environment = {"PATH": bare_environment(tmp_path)["PATH"], "ENV_FILE": str(file)}

    facts = loaded(environment, "APP_NAME", "DEBUG", "HOST", "PORT", "CORS_ORIGINS", "DATABASES", "ENVIRONMENT")

    assert facts["APP_NAME"] == "F1 Race Replay API"
    assert (facts["DEBUG"], facts["ENVIRONMENT"]) == (False, "production")
    assert (facts["HOST"], facts["PORT"]) == ("0.0.0.0", 8000)
    assert facts["CORS_ORIGINS"] == ["http://localhost:3000", "http://localhost:8080"]
    database = facts["DATABASES"]["default"]
    assert [database[name] for name in ("USER", "PASSWORD", "HOST", "NAME")] == ["user", "pw", "host", "db"]
    assert (database["OPTIONS"]["pool"]["min_size"], database["OPTIONS"]["pool"]["max_size"]) == (10, 30)


@pytest.mark.parametrize(
    "services", [{}, {"DATABASE_URL": "postgresql://f1:f1@postgres/f1", "REDIS_URL": "redis://redis"}]
)
def test_the_deployment_check_is_clean_in_production(tmp_path, services):
    run = manage("check", "--deploy", "--fail-level", "WARNING", environment=production(tmp_path, **services))

    assert run.returncode == 0, run.stderr
    assert run.stderr == ""


def test_the_admin_is_where_the_setting_says_and_nowhere_else(tmp_path):
    code = (
        "from django.urls import Resolver404, resolve, reverse\n"
        "print(reverse('admin:login'))\n"
        "try: print(resolve('/admin/login/'))\n"
        "except Resolver404: print('nothing')"
    )
    run = manage("shell", "-v0", "-c", code, environment=bare_environment(tmp_path, ADMIN_PATH="/back-room"))

    assert run.stdout.splitlines() == ["/back-room/login/", "nothing"]


def test_djangos_checks_name_what_is_wrong_too(settings):
    assert run_checks(tags=[TAG]) == []

    settings.SETTING_FAULTS = ("PORT=abc: must be a whole number from 0 to 65535",)

    (error,) = run_checks(tags=[TAG])
    assert (error.id, error.msg) == ("f1site.E001", "PORT=abc: must be a whole number from 0 to 65535")
    assert ".env.example" in error.hint
