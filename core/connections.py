"""Database connections of the thread that is running."""

from django.db import connections


def give_back_idle() -> None:
    """To the pool, or closed: all that are in no transaction."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
