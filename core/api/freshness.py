"""Stamps of what requests read, asked for together: one query serves all requests that wait for it.

A stamp is a short text that names the present content of something; the setting API_STAMPS names what knows them. A
stamp is always read after the request came: an answer that is given by it is no older than the request.
"""

import asyncio
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from django.db import connections
from django.http import HttpRequest

ASK_AGAIN = "public, no-cache"
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """The stamp of what a request reads, and the `Cache-Control` of its answer."""

    stamp: str
    caching: str = ASK_AGAIN


class Stamps(Protocol):
    """What a site knows of its content. A scope is the name of a part of it."""

    def scope_of(self, request: HttpRequest) -> str | None:
        """What the request reads; None: nothing is known of that. Asks no database."""

    def read(self, scopes: Collection[str]) -> Mapping[str, Freshness]:
        """That of each scope, by few queries however many there are; a scope may be missing."""


@dataclass(eq=False)
class _Batch:
    scopes: set[str] = field(default_factory=set)
    read: "asyncio.Task[Mapping[str, Freshness]] | None" = None


class FreshnessReader:
    """Reads for one event loop, in a thread of its own with a connection of its own."""

    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps
        self._next: _Batch | None = None
        self._reading = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="freshness")

    async def of(self, scope: str) -> Freshness | None:
        """None where the scope is not known. Raises TimeoutError, and what the database raises."""
        batch = self._next
        if batch is None:
            batch = self._next = _Batch()
            batch.read = asyncio.create_task(self._read(batch), name="freshness")
        batch.scopes.add(scope)
        assert batch.read is not None
        # Shielded: who goes away does not take the answer from those who wait for it too.
        async with asyncio.timeout(PATIENCE_S):
            return (await asyncio.shield(batch.read)).get(scope)

    async def _read(self, batch: _Batch) -> Mapping[str, Freshness]:
        async with self._reading:
            self._next = None  # from here on, who comes waits for the next one
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._read_now, batch.scopes)

    def _read_now(self, scopes: Collection[str]) -> Mapping[str, Freshness]:
        try:
            return self._stamps.read(scopes)
        except Exception:
            connections.close_all()  # the next one has a new connection
            raise
