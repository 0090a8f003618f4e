import asyncio

import pytest

from replays.playing.outbox import MAX_FRAME_MESSAGES, MAX_OTHER_MESSAGES, Outbox, TooSlow


async def taken(outbox: Outbox, count: int) -> list[bytes]:
    return [await outbox.get() for _ in range(count)]


async def test_messages_come_out_in_the_order_they_went_in():
    outbox = Outbox()
    outbox.put(b"state")
    outbox.put_frames(b"frames", 1)
    outbox.put(b"event")

    assert await taken(outbox, 3) == [b"state", b"frames", b"event"]


async def test_a_slow_reader_loses_the_oldest_frames_and_nothing_else():
    outbox = Outbox()
    outbox.put(b"state")
    for number in range(MAX_FRAME_MESSAGES + 5):
        outbox.put_frames(b"%d" % number, 1)
    outbox.put(b"event")

    messages = await taken(outbox, MAX_FRAME_MESSAGES + 2)

    assert messages == [b"state", *(b"%d" % n for n in range(5, MAX_FRAME_MESSAGES + 5)), b"event"]
    assert outbox.dropped == 5


async def test_one_that_does_not_read_at_all_is_told_apart():
    outbox = Outbox()
    for _ in range(MAX_OTHER_MESSAGES):
        outbox.put(b"event")

    with pytest.raises(TooSlow):
        outbox.put(b"one more")


async def test_a_new_generation_clears_the_frames_of_older_ones():
    outbox = Outbox()
    outbox.put_frames(b"old", 1)
    outbox.put(b"event")
    outbox.put_frames(b"new", 2)
    outbox.drop_frames_before(2)

    assert await taken(outbox, 2) == [b"event", b"new"]


async def test_a_reader_waits_for_what_is_not_there_yet():
    outbox = Outbox()
    reader = asyncio.create_task(outbox.get())
    await asyncio.sleep(0)
    assert not reader.done()

    outbox.put(b"late")

    assert await asyncio.wait_for(reader, 1) == b"late"
