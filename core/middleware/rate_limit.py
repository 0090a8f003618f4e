"""How many requests of the API a client may make in a minute."""

import asyncio
import math
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponseBase
from rest_framework.exceptions import APIException

from core.api.tokens import TOKEN, VERDICTS, bearer_token, checked_token
from core.client_address import network_of
from core.connections import give_back_idle
from core.outage import REDIS
from core.own_headers import put
from core.problems import problem_answer
from core.rate_limits import LocalWindows, Tally, Windows

API = re.compile(r"/api(?:/|\Z)")
FOR_TOKENS = 10
FOR_BULK = 20
"""Times the limit of an address. The second is for what never changes, costs little, and is fetched by the hundred."""
PATIENCE_S = 2.0
MAX_LOOKING_UP = 100
KEY_PREFIX = "f1replay:rate:"


class Limit(NamedTuple):
    """What a request counts for, and how often in a minute that may be."""

    key: str
    per_minute: int


class RateLimitMiddleware:
    """Refuses with 429, and tells every client of the API what is left. Off where RATE_LIMIT_PER_MINUTE is 0.

    Counted are all methods but a preflight: by the holder of a token that is good, else by address, and apart from
    both for the addresses of the setting RATE_LIMIT_BULK. A token counts for nothing until it has been looked up,
    which one request a minute waits for: inventing tokens buys nothing.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any], windows: Windows | None = None) -> None:
        self.per_minute: int = settings.RATE_LIMIT_PER_MINUTE
        if self.per_minute <= 0:
            raise MiddlewareNotUsed("RATE_LIMIT_PER_MINUTE is 0")
        self.get_response = get_response
        self.windows = windows_of_the_site() if windows is None else windows
        self.is_bulk = re.compile(settings.RATE_LIMIT_BULK).fullmatch
        self.threads = ThreadPoolExecutor(1, thread_name_prefix="tokens")
        self.looking_up = 0
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if not API.match(request.path_info) or is_preflight(request):
            return self.get_response(request)
        if self.is_async:
            return self.answer_async(request)
        if unknown := unknown_token(request):
            look_up(request, unknown)
        limit = self.limit_of(request)
        tally = self.windows.count(limit.key)
        return told(refusal(request, limit, tally) or self.get_response(request), limit, tally)

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        if unknown := unknown_token(request):
            await self.look_up_async(request, unknown)
        limit = self.limit_of(request)
        tally = await self.windows.count_async(limit.key)
        return told(refusal(request, limit, tally) or await self.get_response(request), limit, tally)

    def limit_of(self, request: HttpRequest) -> Limit:
        if request.method in ("GET", "HEAD") and self.is_bulk(request.path_info):
            return Limit(f"bulk:{address_of(request)}", self.per_minute * FOR_BULK)
        verdict = VERDICTS.get(text) if (text := token_of(request)) else None
        if verdict is not None and verdict.holder is not None:
            return Limit(f"token:{verdict.holder}", self.per_minute * FOR_TOKENS)
        return Limit(f"address:{address_of(request)}", self.per_minute)

    async def look_up_async(self, request: HttpRequest, text: str) -> None:
        """In a thread. Where that takes long the request counts by its address."""
        if self.looking_up >= MAX_LOOKING_UP:
            return
        self.looking_up += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.get_running_loop().run_in_executor(self.threads, look_up, request, text)
        except TimeoutError:
            pass
        finally:
            self.looking_up -= 1


def windows_of_the_site() -> Windows:
    if not settings.REDIS_URL:
        return LocalWindows()
    from core.rate_limits_in_redis import SharedWindows  # a site without Redis does without its client

    return SharedWindows(settings.REDIS_URL, KEY_PREFIX, REDIS)


def is_preflight(request: HttpRequest) -> bool:
    """Whether a browser asks if it may ask, as it does unbidden."""
    return request.method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META


def address_of(request: HttpRequest) -> str:
    return network_of(request.META["REMOTE_ADDR"])


def token_of(request: HttpRequest) -> str | None:
    authorization = request.META.get("HTTP_AUTHORIZATION")
    return bearer_token(authorization) if authorization else None


def unknown_token(request: HttpRequest) -> str | None:
    """The request's token, where it may be one and nothing is known of it."""
    text = token_of(request)
    return text if text and TOKEN.fullmatch(text) and VERDICTS.get(text) is None else None


def look_up(request: HttpRequest, text: str) -> None:
    """Afterwards VERDICTS knows the token, unless the database does not answer or guessing has gone too far."""
    try:
        checked_token(request, text)
    except (APIException, DatabaseError):
        pass  # whoever lets tokens in will say it
    finally:
        give_back_idle()


def refusal(request: HttpRequest, limit: Limit, tally: Tally) -> HttpResponseBase | None:
    if tally.count <= limit.per_minute:
        return None
    detail = f"At most {limit.per_minute} requests a minute: again in {seconds(tally)} seconds."
    return problem_answer(request, 429, detail, {"Retry-After": seconds(tally)})


def told(response: HttpResponseBase, limit: Limit, tally: Tally) -> HttpResponseBase:
    put(response, "RateLimit-Limit", str(limit.per_minute))
    put(response, "RateLimit-Remaining", str(max(limit.per_minute - tally.count, 0)))
    put(response, "RateLimit-Reset", seconds(tally))
    return response


def seconds(tally: Tally) -> str:
    """Until the window ends, and a little longer rather than shorter."""
    return str(max(math.ceil(tally.left_s), 1))
