"""Reading settings from the environment: typed by django-environ, with what this project adds to it."""

import json
from pathlib import Path
from typing import Any

import environ


class Environment(environ.Env):
    """django-environ, whose lists may also be JSON (`["https://a.example"]`)."""

    def list(self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET) -> list[Any]:
        value = self.str(var, default="")
        if value.lstrip().startswith("["):
            parsed: list[Any] = json.loads(value)
            return parsed
        return super().list(var, cast=cast, default=default)


def read_environment(env_file: Path) -> Environment:
    """The environment, completed by `env_file` where that exists. The environment wins."""
    env = Environment()
    if env_file.is_file():
        env.read_env(str(env_file))
    return env


def database_from_url(url: str, *, sqlite_file: Path, pool_size: int, max_overflow: int) -> dict[str, Any]:
    """Django's database settings for `url`; SQLite in `sqlite_file` where `url` is empty.

    PostgreSQL goes through psycopg's pool: Django's own persistent connections leak one per request thread
    under ASGI. SQLite runs in WAL and takes its write lock at the start of a transaction, so that a writer
    waits instead of failing half-way.
    """
    if not url:
        url = f"sqlite:///{sqlite_file}"
    config: dict[str, Any] = dict(environ.Env.db_url_config(url.replace("postgresql+asyncpg://", "postgresql://")))
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    elif config["ENGINE"].endswith("postgresql"):
        config["CONN_MAX_AGE"] = 0
        config.setdefault("OPTIONS", {})["pool"] = {
            "min_size": 0,
            "max_size": pool_size + max_overflow,
            "max_idle": 60,
            "timeout": 10,
        }
    return config


def redis_layer(url: str, *, prefix: str) -> dict[str, Any]:
    """The configuration of Channels' Redis layer.

    It waits for messages by blocking reads of 5 s, and redis-py 8 gives up reading after just 5 s: without a
    longer `socket_timeout` every quiet room loses its subscription each time, and messages with it.
    """
    return {"hosts": [{"address": url, "socket_timeout": 15}], "prefix": prefix, "capacity": 200, "expiry": 10}
