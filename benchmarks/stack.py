"""What the whole middleware stack costs: CPU of a request through it, less that of the same view without it.

`python -m benchmarks.stack` is the process that measures; it is its own URLconf.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvloop
from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.figures import Figure
from benchmarks.server import PROJECT

MAX_STACK_US = 150
BLOCKS = 30
REQUESTS = 300
CROSSING = "core.middleware.crossing.CrossingMiddleware"
"""Stays: a view has to be in a thread, and Django's own way there costs twice as much as the whole stack."""
PATH = "/api/v1/stack-is-measured-with-this/"
HEADERS = [
    (b"host", b"127.0.0.1"),
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip"),
    (b"user-agent", b"figures"),
]


def stack_figures(settings: dict[str, str]) -> list[Figure]:
    """`settings` is the environment of the site that is measured."""
    command = [sys.executable, "-m", "benchmarks.stack"]
    told = subprocess.run(
        command, cwd=PROJECT, env=settings, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    measured = json.loads(told.stdout)
    return [
        Figure("view in a thread, no other middleware: CPU", "us", measured["bare_us"]),
        Figure("whole stack: CPU it adds to a request", "us", measured["stack_us"], MAX_STACK_US),
        Figure("  of that view's", "x", measured["stack_us"] / measured["bare_us"]),
        Figure("whole stack: crossings to a thread", "", measured["crossings"], 1),
    ]


def _measure() -> dict[str, float]:
    from django.conf import settings

    from f1site.handler import LeanHandler, lean_application
    from f1site.server import spare_long_collections

    settings.ROOT_URLCONF = "benchmarks.stack"
    whole = lean_application()
    middleware, settings.MIDDLEWARE = settings.MIDDLEWARE, [CROSSING]
    bare = LeanHandler()
    settings.MIDDLEWARE = middleware
    spare_long_collections()
    return uvloop.run(_compare(whole, bare))  # the loop that serves


async def _compare(whole: Any, bare: Any) -> dict[str, float]:
    """Block by block in turn, so that whatever else the machine does meets both."""
    spent_us: dict[Any, list[float]] = {whole: [], bare: []}
    for _ in range(BLOCKS):
        for application, blocks in spent_us.items():
            began = time.process_time()
            for _ in range(REQUESTS):
                await _ask(application)
            blocks.append((time.process_time() - began) / REQUESTS * 1e6)
    bare_us = statistics.median(spent_us[bare])
    with _counted_crossings() as crossings:
        await _ask(whole)
    return {
        "bare_us": bare_us,
        "stack_us": statistics.median(spent_us[whole]) - bare_us,
        "crossings": crossings(),
    }


async def _ask(application: Any) -> None:
    """Raises RuntimeError for an answer that is not the view's."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": HEADERS,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8000),
    }
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await application(scope, receive, send)
    if statuses != [200]:
        raise RuntimeError(f"the view answered {statuses}")


@contextmanager
def _counted_crossings() -> Iterator[Callable[[], int]]:
    from asgiref.sync import AsyncToSync, SyncToAsync

    calls = []
    before = {kind: kind.__call__ for kind in (SyncToAsync, AsyncToSync)}
    for kind, call in before.items():
        kind.__call__ = lambda self, *args, call=call, **options: calls.append(1) or call(self, *args, **options)
    try:
        yield lambda: len(calls)
    finally:
        for kind, call in before.items():
            kind.__call__ = call


def _view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(b'{"all": "is well"}', content_type="application/json")


urlpatterns = [path(PATH.removeprefix("/"), _view)]

if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_measure()))
