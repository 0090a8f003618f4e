"""What a client has sent and the application has not received yet."""

import asyncio
from typing import Any


class Inbox:
    """As much of `asyncio.Queue` as uvicorn uses, for one that receives: that has four deques, 3 KB of nothing for each
    socket. Bounded by uvicorn, which stops reading."""

    __slots__ = ("_arrival", "_messages")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._arrival: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        self._messages.append(message)
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    async def get(self) -> Any:
        while not self._messages:
            self._arrival = asyncio.get_running_loop().create_future()
            await self._arrival
        return self._messages.pop(0)

    def empty(self) -> bool:
        return not self._messages
