"""Stamps are read together, after who asks for them came, and by nobody's fault but their own not at all."""

import asyncio
import threading

import pytest

from core.api import freshness
from core.api.freshness import Freshness, FreshnessReader


class CountedStamps:
    """Stamps that count their readings; each waits until it may go on."""

    def __init__(self, *, blocked=False):
        self.readings = []
        self.go_on = threading.Event()
        self.reading = threading.Event()
        self.error = None
        if not blocked:
            self.go_on.set()

    def scope_of(self, request):
        return None

    def read(self, scopes):
        self.readings.append(sorted(scopes))
        self.reading.set()
        assert self.go_on.wait(5)
        if self.error:
            raise self.error
        return {scope: Freshness(f"{scope} {len(self.readings)}") for scope in scopes if scope != "unknown"}


async def until_reading(stamps):
    await asyncio.get_running_loop().run_in_executor(None, stamps.reading.wait, 5)


async def test_who_comes_while_a_reading_runs_waits_for_the_next_one_with_the_others():
    stamps = CountedStamps(blocked=True)
    reader = FreshnessReader(stamps)
    first = asyncio.create_task(reader.of("a"))
    await until_reading(stamps)
    others = [asyncio.create_task(reader.of(scope)) for scope in ("a", "b", "a", "c")]
    await asyncio.sleep(0)

    stamps.go_on.set()

    assert (await first).stamp == "a 1"
    assert [found.stamp for found in await asyncio.gather(*others)] == ["a 2", "b 2", "a 2", "c 2"]
    assert stamps.readings == [["a"], ["a", "b", "c"]]


async def test_an_unknown_scope_has_no_stamp():
    assert await FreshnessReader(CountedStamps()).of("unknown") is None


async def test_an_error_reaches_all_who_wait_and_the_next_reading_works():
    stamps = CountedStamps()
    reader = FreshnessReader(stamps)
    stamps.error = ValueError("broken")
    found = await asyncio.gather(reader.of("a"), reader.of("b"), return_exceptions=True)
    assert [str(error) for error in found] == ["broken", "broken"]

    stamps.error = None
    assert (await reader.of("a")).stamp == "a 2"


async def test_who_goes_away_does_not_take_the_answer_from_the_others():
    stamps = CountedStamps(blocked=True)
    reader = FreshnessReader(stamps)
    leaving, staying = (asyncio.create_task(reader.of("a")) for _ in range(2))
    await until_reading(stamps)
    leaving.cancel()
    stamps.go_on.set()
    assert (await staying).stamp == "a 1"


async def test_a_database_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(freshness, "PATIENCE_S", 0.02)
    stamps = CountedStamps(blocked=True)
    with pytest.raises(TimeoutError):
        await FreshnessReader(stamps).of("a")
    stamps.go_on.set()
