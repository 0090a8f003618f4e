"""The site's addresses, and some that fail: a view, and bodies on their way."""

from collections.abc import AsyncIterator, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from f1site.urls import handler400, handler403, handler404, handler500
from f1site.urls import urlpatterns as urls_of_the_site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
SECRET = "SELECT secret FROM /srv/site"


def parts() -> Iterator[bytes]:
    yield b"first"
    raise OSError(SECRET)


async def parts_async() -> AsyncIterator[bytes]:
    yield b"first"
    raise OSError(SECRET)


def view(_request: HttpRequest) -> HttpResponse:
    raise OSError(SECRET)


urlpatterns = [
    path("failing/view/", view),
    path("failing/stream/", lambda _request: StreamingHttpResponse(parts_async())),
    path("failing/file/", lambda _request: StreamingHttpResponse(parts())),
    *urls_of_the_site,
]
