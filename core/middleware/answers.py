"""Answers of the API that are not made anew: 304 where the client still has it, else the bytes as they were kept."""

from hashlib import sha256
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.utils.module_loading import import_string

from core.api.answer_cache import MAX_BYTES, LocalAnswers, SharedAnswers
from core.api.freshness import Freshness, FreshnessReader, Stamps
from core.compression import GZIP_MAGIC, accepts_gzip
from core.metrics import ANSWER_HIT, ANSWER_MISS, ANSWER_UNCHANGED
from core.outage import Outage
from core.vary import vary_on

JSON = "application/json"
ANY = "*"
"""In `If-None-Match`: any answer will do, but it has to be known first that there is one."""


class AnswersMiddleware:
    """Decides by the stamp of what a request reads, before anything is read: one short query, shared by all who wait.

    Under ASGI it stays in the event loop; a request that it answers costs no thread. Answers are kept as they were
    sent, as gzip for those who take it, so that each is compressed once. They have no header but those that are set
    here: what else an answer needs belongs to middleware around this one.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        self.stamps: Stamps = import_string(settings.API_STAMPS)
        self.form = form_of_answers()
        self.local = LocalAnswers()
        self.shared = SharedAnswers()
        self.reader: FreshnessReader | None = None
        self.outage = Outage("The database", "no answer is known to be as it was until it does")
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        scope = self.stamps.scope_of(request) if request.method in ("GET", "HEAD") else None
        if iscoroutinefunction(self):
            return self.answer_async(request, scope)
        freshness = None if scope is None else self.stamps.read([scope]).get(scope)
        if freshness is None:
            return self.get_response(request)
        stamped = Stamped(request, freshness, self.form)
        return stamped.unchanged() or self.found(stamped) or self.made(stamped, self.get_response(request))

    async def answer_async(self, request: HttpRequest, scope: str | None) -> HttpResponseBase:
        freshness = None if scope is None else await self.freshness(scope)
        if freshness is None:
            return await self.get_response(request)
        stamped = Stamped(request, freshness, self.form)
        if answer := stamped.unchanged() or self.found(stamped):
            return answer
        if body := await self.shared.get(stamped.key):
            self.local.put(stamped.key, body)
            return stamped.answer(body)
        response = self.made(stamped, await self.get_response(request))
        if body := self.local.get(stamped.key):
            await self.shared.put(stamped.key, body)
        return response

    async def freshness(self, scope: str) -> Freshness | None:
        if not self.outage.may_ask():
            return None  # the view will meet the same, and says what that means
        if self.reader is None:
            self.reader = FreshnessReader(self.stamps)
        try:
            found = await self.reader.of(scope)
        except (DatabaseError, TimeoutError) as error:
            self.outage.failed(error)
            return None
        self.outage.succeeded()
        return found

    def found(self, stamped: "Stamped") -> HttpResponseBase | None:
        body = self.local.get(stamped.key)
        return None if body is None else stamped.answer(body)

    def made(self, stamped: "Stamped", response: HttpResponseBase) -> HttpResponseBase:
        """A new answer, labelled, and kept where it is worth it."""
        if response.status_code != 200:
            return response
        ANSWER_MISS.inc()
        if isinstance(response, HttpResponse) and response["Content-Type"] == JSON and self.is_worth_it(response):
            self.local.put(stamped.key, response.content)
        return stamped.labelled(response)

    def is_worth_it(self, response: HttpResponse) -> bool:
        return len(response.content) <= MAX_BYTES


def form_of_answers() -> str:
    """What the code makes of content: other columns after an upgrade are another answer, though nothing was changed."""
    schema = (settings.BASE_DIR / "docs" / "openapi.json").read_bytes()
    return f"{settings.APP_VERSION} {sha256(schema).hexdigest()}"


class Stamped:
    """A request, with what is known of its answer before that is made."""

    def __init__(self, request: HttpRequest, freshness: Freshness, form: str) -> None:
        self.request = request
        self.freshness = freshness
        # All that decides the bytes: also the host, since pages link to each other.
        told = (form, freshness.stamp, request.build_absolute_uri())
        self.digest = sha256("\0".join(told).encode()).hexdigest()

    @property
    def key(self) -> str:
        encoding = "gzip" if accepts_gzip(self.request) else "plain"
        return f"answer:{self.digest}:{encoding}"

    @property
    def etag(self) -> str:
        """Weak: compression may change the bytes on their way."""
        return f'W/"{self.digest[:32]}"'

    def unchanged(self) -> HttpResponseBase | None:
        """The 304 for a client whose `If-None-Match` has this ETag; None for others."""
        if self.request.headers.get("If-None-Match", ANY) == ANY:
            return None
        response = get_conditional_response(self.request, etag=self.etag)
        if response is None:
            return None
        ANSWER_UNCHANGED.inc()
        return self.labelled(response)

    def answer(self, body: bytes) -> HttpResponseBase:
        ANSWER_HIT.inc()
        response = HttpResponse(body, content_type=JSON)
        response["Content-Length"] = str(len(body))
        if body.startswith(GZIP_MAGIC):  # as no JSON does
            response["Content-Encoding"] = "gzip"
        return self.labelled(response)

    def labelled(self, response: HttpResponseBase) -> HttpResponseBase:
        if self.request.headers.get("If-None-Match") == ANY:
            response = HttpResponseNotModified()
        response["ETag"] = self.etag
        response["Cache-Control"] = self.freshness.caching
        vary_on(response, "Accept-Encoding")
        return response
