"""Messages of a client wait in order for the one that receives them."""

import asyncio

import pytest

from f1site.socket_inbox import Inbox


async def test_first_in_first_out():
    inbox = Inbox()
    assert inbox.empty()
    for number in range(3):
        inbox.put_nowait(number)
    assert not inbox.empty()
    assert [await inbox.get() for _ in range(3)] == [0, 1, 2]
    assert inbox.empty()


async def test_who_waits_gets_what_comes():
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    assert not waiting.done()
    inbox.put_nowait("first")
    inbox.put_nowait("second")
    assert await waiting == "first"
    assert await inbox.get() == "second"


@pytest.mark.parametrize("has_come", [True, False])
async def test_who_is_cancelled_takes_nothing_along(has_come):
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    if has_come:
        inbox.put_nowait("message")
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    if not has_come:
        inbox.put_nowait("message")
    assert await inbox.get() == "message"
