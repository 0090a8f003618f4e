"""How a task is ended that talks to Redis: its client, and the channel layer's, swallow a cancellation now and then."""

import asyncio
from typing import Any

AGAIN_S = 0.1


async def end_task(task: asyncio.Task[Any]) -> None:
    """Cancel, as often as it takes. What the task raises is not told: ask it."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=AGAIN_S)
