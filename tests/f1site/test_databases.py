from pathlib import Path

import pytest

from f1site.databases import database_settings, pool_options
from f1site.environment import Wrong

BASE = Path("/project")


@pytest.mark.parametrize(
    "scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg", "postgresql+psycopg2"]
)
def test_postgresql_in_all_the_ways_of_saying_so(scheme):
    config = database_settings(f"{scheme}://user:p%40ss@db.example:5433/f1", base=BASE)

    assert config["ENGINE"] == "core.postgresql"
    assert [config[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "user", "p@ss", "db.example", 5433, "f1",
    ]  # fmt: skip
    assert config["CONN_MAX_AGE"] == 0


def test_parameters_of_the_connection_are_kept():
    options = database_settings("postgresql:///f1?host=/run/postgresql&sslmode=require", base=BASE)["OPTIONS"]

    assert (options["host"], options["sslmode"]) == ("/run/postgresql", "require")


def test_asyncpgs_own_parameters_are_translated_or_left_out():
    url = "postgresql+asyncpg://u:p@h/f1?ssl=require&prepared_statement_cache_size=0"

    options = database_settings(url, base=BASE)["OPTIONS"]

    assert options["sslmode"] == "require"
    assert options.keys() == {"sslmode", "connect_timeout"}


def test_a_parameter_that_postgresql_does_not_know_is_refused_by_name():
    with pytest.raises(Wrong, match="'sslmod'"):
        database_settings("postgresql://u:p@h/f1?sslmod=require", base=BASE)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:p@h/f1", "f1", "://", "postgresql:u@h/f1", "postgresql://u:p@h:port/f1", "postgresql://u:p@h", "postgresql://u:p/w@h/f1",
        "postgresql://[::1/f1", "sqlite://", "sqlite:///", "sqlite://f1.db", "sqlite:///:memory:",
    ],
)  # fmt: skip
def test_what_is_no_database_is_refused_in_one_line(url):
    with pytest.raises(Wrong) as refusal:
        database_settings(url, base=BASE)
    assert "\n" not in str(refusal.value)
    assert "p/w" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////data/f1.db", "/data/f1.db"),
        ("sqlite:///f1.db", "/project/f1.db"),
        ("sqlite:///./f1.db", "/project/f1.db"),
        ("sqlite+aiosqlite:///./a%20b.db", "/project/a b.db"),
    ],
)
def test_sqlite_is_a_file_that_all_processes_find(url, file):
    config = database_settings(url, base=BASE)

    assert config["NAME"] == file
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in config["OPTIONS"]["init_command"]


def test_the_pool_keeps_some_connections_and_opens_more_under_load():
    options = pool_options(kept=10, beyond=20)

    assert (options["min_size"], options["max_size"]) == (10, 30)
