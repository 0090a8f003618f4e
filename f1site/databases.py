"""Django's database settings, out of a URL."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ

from f1site.environment import Wrong

FORM = "must be of the form postgresql://user:password@host:5432/name or sqlite:////path/to/file"
SPECIAL = "characters such as # / ? in a password are written %23 %2F %3F"
POSTGRES = ("postgresql", "postgres")

POOL_TIMEOUT_S = 5.0
"""How long a request waits for a connection before it fails."""
IDLE_S = 60.0
"""A connection beyond those that are kept is closed when it was of no use for so long."""
RECONNECT_S = 2.0
"""The pool gives up then, and the next request that wants a connection tries at once.

With psycopg's default of five minutes its pauses grow to two of them: that long nothing would be answered though the
database is back.
"""
CONNECT_TIMEOUT_S = 5


def database_settings(url: str, *, base: Path) -> dict[str, Any]:
    """For PostgreSQL, or for SQLite in a file, below `base` where its path is not absolute. Raises Wrong.

    What SQLAlchemy has in its URLs is understood too: drivers (`postgresql+asyncpg://`), with their ways of asking
    for TLS.
    """
    scheme, separator, rest = url.partition("://")
    engine, _, driver = scheme.partition("+")
    if separator and engine in POSTGRES:
        return postgres_settings(rest, of_other_driver=bool(driver))
    if separator and engine == "sqlite":
        return sqlite_settings(rest, base)
    raise Wrong(FORM)


def sqlite_settings(rest: str, base: Path) -> dict[str, Any]:
    host, _, path = rest.partition("/")
    path = unquote(path.partition("?")[0])
    if host or path in ("", ":memory:"):
        raise Wrong("must name a file: sqlite:///file or sqlite:////path/to/file, with three slashes before it")
    return sqlite_file(base / path)


def sqlite_file(path: Path) -> dict[str, Any]:
    """In WAL; with the write lock from the start of a transaction: a writer then waits, and does not fail half-way."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def postgres_settings(rest: str, *, of_other_driver: bool) -> dict[str, Any]:
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo

    try:
        config: dict[str, Any] = dict(environ.Env.db_url_config(f"postgresql://{rest}"))
    except ValueError:
        raise Wrong(f"{FORM}, where the port is a number; {SPECIAL}") from None
    if not config["NAME"]:
        raise Wrong(f"names no database: {FORM}; {SPECIAL}")
    options: dict[str, Any] = config.pop("OPTIONS", {})
    if "ssl" in options:
        options["sslmode"] = {"True": "require", "true": "require"}.get(options["ssl"], options["ssl"])
        del options["ssl"]
    for name in list(options):
        try:
            make_conninfo(**{name: options[name]})
        except ProgrammingError:
            if not of_other_driver:
                raise Wrong(f"PostgreSQL knows no parameter {name!r}: leave it out") from None
            del options[name]
    options.setdefault("connect_timeout", CONNECT_TIMEOUT_S)
    # Persistent connections of Django itself leak one per request thread under ASGI.
    return config | {"ENGINE": "core.postgresql", "CONN_MAX_AGE": 0, "OPTIONS": options}


def pool_options(kept: int, beyond: int) -> dict[str, Any]:
    """psycopg's pool: `kept` connections, and `beyond` more under load."""
    return {
        "min_size": kept,
        "max_size": kept + beyond,
        "max_idle": IDLE_S,
        "timeout": POOL_TIMEOUT_S,
        "reconnect_timeout": RECONNECT_S,
    }
