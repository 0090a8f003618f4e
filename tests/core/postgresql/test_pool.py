"""The pool against a real server, whose connections are closed under it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from django.db.utils import ConnectionHandler
from psycopg_pool import PoolTimeout

from core.postgresql.pool import CheckedPool, is_alive
from f1site.databases import database_settings, pool_options

PATIENCE_S = 30


@pytest.fixture
def pool(postgres_url) -> Iterator[CheckedPool]:
    with CheckedPool(postgres_url, kwargs={"autocommit": True}, open=False, **pool_options(5, 5)) as pool:
        pool.wait(PATIENCE_S)
        yield pool


def idle_pids(pool: CheckedPool) -> list[int]:
    return [connection.info.backend_pid for connection in pool._pool]


def close_all(pool: CheckedPool, postgres_url: str) -> None:
    """As a restart of the server does it; returns when it is done."""
    pids = idle_pids(pool)
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        for pid in pids:
            assert admin.execute("SELECT pg_terminate_backend(%s, 10000)", [pid]).fetchone() == (True,)


def one(connection: psycopg.Connection) -> int:
    return connection.execute("SELECT 1").fetchone()[0]


def test_a_connection_is_kept_for_the_next_one(pool):
    with pool.connection() as connection:
        used = connection.info.backend_pid

    assert used in idle_pids(pool)
    assert len(idle_pids(pool)) == 5


def test_after_a_restart_of_the_server_the_first_query_is_answered(pool, postgres_url):
    close_all(pool, postgres_url)

    with pool.connection() as connection:
        assert one(connection) == 1


def test_after_a_restart_all_of_many_queries_at_once_are_answered(pool, postgres_url):
    close_all(pool, postgres_url)
    outcomes = []

    def query() -> None:
        with pool.connection() as connection:
            outcomes.append(one(connection))

    threads = [threading.Thread(target=query) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert outcomes == [1] * 20


def test_a_connection_on_which_the_server_only_said_something_is_used(pool, postgres_url):
    with pool.connection() as connection:
        connection.execute("LISTEN pool_of_tests")
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute("NOTIFY pool_of_tests")

        assert is_alive(connection)
        assert one(connection) == 1


def test_who_finds_no_connection_is_told_so_in_time(pool):
    taken = [pool.getconn() for _ in range(10)]
    try:
        with pytest.raises(PoolTimeout):
            pool.getconn(0.05)
    finally:
        for connection in taken:
            pool.putconn(connection)


class SwitchedProxy:
    """A pretended server that goes and comes back: passes bytes on to PostgreSQL while it is there."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.connections: list[socket.socket] = []
        self.listener: socket.socket | None = None
        self.address = ("127.0.0.1", 0)
        self.come()

    def come(self) -> None:
        self.listener = socket.create_server(self.address)
        self.address = self.listener.getsockname()
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def go(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self.connections.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            self.connections += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


@pytest.mark.slow
def test_once_the_server_is_back_it_is_asked_again_within_seconds(postgres_url):
    facts = psycopg.conninfo.conninfo_to_dict(postgres_url)
    proxy = SwitchedProxy(str(facts["host"]), int(facts.get("port", 5432)))
    behind = psycopg.conninfo.make_conninfo(postgres_url, host=proxy.address[0], port=str(proxy.address[1]))
    with CheckedPool(behind, kwargs={"autocommit": True}, open=False, **pool_options(3, 3)) as pool:
        pool.wait(PATIENCE_S)
        proxy.go()
        for _ in range(3):  # longer than the pool tries by itself
            with pytest.raises(PoolTimeout):
                pool.getconn(1.5)

        proxy.come()

        with pool.connection(timeout=PATIENCE_S) as connection:
            assert one(connection) == 1
        proxy.go()


def test_django_takes_its_connections_from_the_checked_pool(postgres_url, django_db_blocker):
    config = database_settings(postgres_url, base=None)
    config["OPTIONS"]["pool"] = pool_options(2, 1)
    connection = ConnectionHandler({"default": config})["default"]
    try:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        connection.close()

        assert isinstance(connection.pool, CheckedPool)
        assert (connection.pool.min_size, connection.pool.max_size) == (2, 3)
        assert connection.vendor == "postgresql"
        connection.pool.wait(PATIENCE_S)
        assert pid in idle_pids(connection.pool)
    finally:
        connection.close_pool()
