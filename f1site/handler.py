"""Django's ASGI handler without what most requests have no use for.

Django's own reads every body into a file, makes two tasks, and crosses between loop and thread eight times where
middleware is synchronous: 1.5 ms of CPU, more than most answers take. A GET has no body; the views of this site are
synchronous, as is what surrounds them, so one crossing does (`core.middleware.crossing`), which also sees to what
Django does around requests: closing old connections, forgetting logged queries.
"""

import asyncio
from contextlib import suppress
from io import BytesIO
from typing import Any

from asgiref.sync import AsyncToSync, sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.urls import set_script_prefix, set_urlconf

from core.middleware.request_log import BodyBrokenOff

BODILESS = ("GET", "HEAD", "OPTIONS")


class LeanHandler(ASGIHandler):
    """For GET, HEAD and OPTIONS; whatever else may have a body goes Django's way."""

    def load_middleware(self, is_async: bool = False) -> None:
        """As for a synchronous site, of which an asynchronous outer part stays asynchronous."""
        super().load_middleware(is_async=False)
        chain: Any = self._middleware_chain  # type: ignore[has-type]
        self._middleware_chain = chain.awaitable if isinstance(chain, AsyncToSync) else sync_to_async(chain)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] not in BODILESS:
            await super().handle(scope, receive, send)
            return
        set_script_prefix(get_script_prefix(scope))
        request, refusal = self.create_request(scope, BytesIO())
        response: Any = refusal if request is None else await self.run_get_response(request)
        try:
            if response.streaming:
                await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)
        finally:
            response.close()

    async def get_response_async(self, request: Any) -> Any:
        """As Django's, without its log of answers from 400 on: `core.middleware.request_log` has them all, and it
        writes from the loop, where that would cross to a thread."""
        set_urlconf(settings.ROOT_URLCONF)
        response = await self._middleware_chain(request)
        response._resource_closers.append(request.close)
        return response

    async def _stream(self, response: Any, receive: Any, send: Any) -> None:
        """Send until the end, or until nobody listens any more.

        A body that breaks off, which has been logged, is left without its end: the server closes the connection, so
        that the client knows. To raise would make servers log it again, and Daphne lose count of its connections.
        """
        sending = asyncio.create_task(self.send_response(response, send), name="stream")
        gone = asyncio.create_task(_disconnected(receive), name="listen for a disconnect")
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                with suppress(BodyBrokenOff):
                    sending.result()
        finally:
            for task in (sending, gone):
                task.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)


async def _disconnected(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def lean_application() -> LeanHandler:
    """The HTTP application, for a process in which `core.middleware.crossing` closes connections."""
    request_started.disconnect(reset_queries)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    return LeanHandler()
