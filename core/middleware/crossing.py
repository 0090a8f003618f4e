"""Where a request leaves the event loop for a thread, and how many may at once."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import SyncToAsync, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.db import reset_queries
from django.http import HttpRequest, HttpResponseBase

from core.connections import give_back_idle
from core.problems import problem_answer

AT_ONCE = 24
"""Fewer than the connections of the database's pool (30 by default): sockets and streams want some too."""
MAX_WAITING = 2000
MAX_WAIT_S = 30.0
RETRY_AFTER_S = 5

AsyncView = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
View = Callable[[HttpRequest], HttpResponseBase]


class CrossingMiddleware:
    """Lets a number of requests at once into the synchronous part of the site; the others wait here, at no cost.

    Django works on every request in a thread of its own. A thousand at once are a thousand threads that want one of
    thirty connections to the database: most fail after five seconds, in which one after another all are answered.

    Asynchronous only, so that all middleware outside of it runs in the loop.
    """

    sync_capable, async_capable = False, True

    def __init__(self, get_response: AsyncView) -> None:
        self.get_response = in_kept_threads(get_response)
        self.places = asyncio.Semaphore(AT_ONCE)
        self.waiting = 0
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not await self.admitted():
            detail = "More is asked of this server than it can answer: try again in a moment."
            return problem_answer(request, 503, detail, {"Retry-After": str(RETRY_AFTER_S)})
        try:
            return await self.get_response(request)
        finally:
            self.places.release()

    async def admitted(self) -> bool:
        """Whether there was a place in time; it is taken then."""
        if self.waiting >= MAX_WAITING:
            return False
        self.waiting += 1
        try:
            async with asyncio.timeout(MAX_WAIT_S):
                await self.places.acquire()
        except TimeoutError:
            return False
        finally:
            self.waiting -= 1
        return True


def in_kept_threads(get_response: AsyncView) -> AsyncView:
    """The synchronous part of the site in threads that stay: Django's way starts one for every request (0.5 ms)."""
    if not isinstance(get_response, SyncToAsync):
        return get_response
    threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="site")
    return sync_to_async(get_response.func, thread_sensitive=False, executor=threads)


def give_back_connections(get_response: View) -> View:
    """Middleware: the database connection goes back to the pool when the answer is made.

    Django gives it back when the answer has been sent: thirty clients that read slowly would hold all of them.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            return get_response(request)
        finally:
            give_back_idle()
            if settings.DEBUG:  # Django keeps all queries then
                reset_queries()

    return middleware
