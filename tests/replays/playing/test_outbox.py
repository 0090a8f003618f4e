import asyncio

import pytest

from replays.playing.outbox import (
    MAX_FRAME_MESSAGES,
    MAX_OTHER_MESSAGES,
    MAX_WRITING_S,
    Message,
    Outbox,
    TooSlow,
)


def said(text: str) -> Message:
    return {"type": "websocket.send", "text": text}


def taken(outbox: Outbox) -> list[Message]:
    """All that waits."""
    return list(iter(outbox.take, None))


async def test_messages_come_out_in_the_order_they_went_in():
    outbox = Outbox()
    outbox.put(said("state"))
    outbox.put_frames(said("frames"), 1, 6)
    outbox.put(said("event"))

    assert taken(outbox) == [said("state"), said("frames"), said("event")]


async def test_a_slow_reader_loses_the_oldest_frames_and_nothing_else():
    outbox = Outbox()
    outbox.put(said("state"))
    for number in range(MAX_FRAME_MESSAGES + 5):
        outbox.put_frames(said(str(number)), 1, 6)
    outbox.put(said("event"))

    messages = taken(outbox)

    assert messages == [said("state"), *(said(str(n)) for n in range(5, MAX_FRAME_MESSAGES + 5)), said("event")]
    assert outbox.dropped == 5


async def test_one_that_does_not_read_at_all_is_told_apart():
    outbox = Outbox()
    for _ in range(MAX_OTHER_MESSAGES):
        outbox.put(said("event"))

    with pytest.raises(TooSlow):
        outbox.put(said("one more"))


async def test_a_new_generation_clears_the_frames_of_older_ones():
    outbox = Outbox()
    outbox.put_frames(said("old"), 1, 6)
    outbox.put(said("event"))
    outbox.put_frames(said("new"), 2, 6)
    outbox.drop_frames_before(2)

    assert taken(outbox) == [said("event"), said("new")]


async def test_a_reader_waits_for_what_is_not_there_yet():
    outbox = Outbox()
    assert outbox.take() is None
    more = outbox.more()
    assert not more.done()

    outbox.put(said("late"))

    await asyncio.wait_for(more, 1)
    assert taken(outbox) == [said("late")]


async def test_frames_pass_a_writer_that_waits_by_the_server_and_nothing_else_passes_it():
    sent: list[Message] = []
    takes = [True]

    def send_now(message: Message) -> bool:
        sent.extend([message] if takes else [])
        return bool(takes)

    outbox = Outbox(send_now)
    outbox.put_frames(said("before the writer"), 1, 6)
    assert (taken(outbox), sent) == ([said("before the writer")], [])

    outbox.more()
    outbox.put_frames(said("at once"), 1, 6)
    assert (taken(outbox), sent) == ([], [said("at once")])
    assert outbox.frames_taken == 12

    outbox.more()
    outbox.put(said("event"))
    outbox.put_frames(said("after the event"), 1, 6)
    assert (taken(outbox), sent) == ([said("event"), said("after the event")], [said("at once")])

    outbox.more()
    takes.clear()
    outbox.put_frames(said("to a slow client"), 1, 6)
    assert (taken(outbox), sent) == ([said("to a slow client")], [said("at once")])

    outbox.more().cancel()
    takes.append(True)
    outbox.put_frames(said("to one that is being closed"), 1, 6)
    assert sent == [said("at once")]


async def test_a_message_that_has_been_on_its_way_for_long_shows():
    outbox = Outbox()
    assert not outbox.is_stuck(1000.0)
    outbox.writing_since_s = 1000.0
    assert not outbox.is_stuck(1000.0 + MAX_WRITING_S)
    assert outbox.is_stuck(1000.1 + MAX_WRITING_S)
