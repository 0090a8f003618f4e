"""What some tests need beside Python. Each `why_no_...` says in one line what is missing, or None: it is there.

Drivers are imported where they are used: `make test` looks for Chromium here before there is anything else to test.
"""

import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ARCHIVE = Path(os.environ.get("F1_ARCHIVE", PROJECT.parent / "shared" / "f1archive"))
POSTGRES_URL = os.environ.get("TEST_DATABASE_URL", "postgresql://127.0.0.1:5432/test")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_S = 3


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def why_no_archive() -> str | None:
    if (ARCHIVE / "fastf1_cache.py").is_file():
        return None
    return f"needs the archive of real sessions: not in {ARCHIVE} (F1_ARCHIVE names another folder)"


@cache
def why_no_postgres() -> str | None:
    import psycopg

    if not POSTGRES_URL:
        return "needs PostgreSQL: TEST_DATABASE_URL is empty"
    try:
        psycopg.connect(POSTGRES_URL, connect_timeout=PATIENCE_S).close()
    except psycopg.Error as error:
        return f"needs PostgreSQL: {first_line(error)} (TEST_DATABASE_URL names another)"
    return None


@cache
def why_no_redis() -> str | None:
    import redis

    if not REDIS_URL:
        return "needs Redis: TEST_REDIS_URL is empty"
    try:
        with redis.Redis.from_url(REDIS_URL, socket_connect_timeout=PATIENCE_S) as connection:
            connection.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        return f"needs Redis: {first_line(error)} (TEST_REDIS_URL names another)"
    return None


def why_no_redis_server() -> str | None:
    return None if shutil.which("redis-server") else "needs a Redis of its own: no redis-server on the PATH"


def why_no_browser() -> str | None:
    if find_chromium():
        return None
    return f"needs Chromium: none of {', '.join(CHROMIUM_NAMES)} on the PATH"


def why_no_node() -> str | None:
    return None if shutil.which("node") else "needs Node.js: no node on the PATH"


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


NEEDS: dict[str, Callable[[], str | None]] = {
    "archive": why_no_archive,
    "postgres": why_no_postgres,
    "redis": why_no_redis,
    "redis_server": why_no_redis_server,
    "browser": why_no_browser,
    "node": why_no_node,
}
"""Marker of a test -> why it cannot run here."""
