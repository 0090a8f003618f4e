"""psycopg's pool of connections, which hands out none that the server has closed."""

import select
from time import monotonic
from typing import Any

from psycopg import Connection, Error
from psycopg_pool import ConnectionPool


class CheckedPool(ConnectionPool[Connection[Any]]):
    """Looks at each connection before it is used, and throws away those that are dead.

    psycopg's own way, `check`, asks the server each time, and waits 1, 2, 4 s between one dead connection and the
    next: after a restart of the database, which leaves a pool of ten of them, requests fail for want of a connection.
    """

    def getconn(self, timeout: float | None = None) -> Connection[Any]:
        """Raises PoolTimeout after `timeout` seconds; after the pool's own where that is None."""
        deadline = monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            connection = super().getconn(deadline - monotonic())
            if is_alive(connection):
                return connection
            connection.close()
            self.putconn(connection)


def is_alive(connection: Connection[Any]) -> bool:
    """Whether the server is there for an idle connection: costs no round trip while it says nothing.

    A server that goes says so, and closes: both can be read. What else it may have said of itself, such as a changed
    parameter, is read by asking.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if not poll.poll(0):
        return True
    try:
        connection.execute("")
    except Error:
        return False
    return True
