"""The OpenAPI document, the pages that show it, and the documents that it links to.

The document is the file that is kept with the code: making it anew would cost every process drf-spectacular, its
memory and a second. A test holds the file to the code. The pages load nothing from elsewhere, and no script of theirs
stands in the page, so that a strict Content-Security-Policy can be theirs.
"""

from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from core.compression import accepts_gzip, compressed
from core.content_policy import CSP, Policy, csp_override

TEXTS = ("api", "protocol", "replay-format", "versioning")
"""Those of the folder `docs` that are for users of the API."""

ASK_AGAIN = "public, no-cache"

POLICY: Policy = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    # Both pages write styles of their own, ReDoc searches in a worker, and their icons are data.
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "worker-src": ["blob:"],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}


@require_safe
def openapi_document(request: HttpRequest) -> HttpResponseBase:
    return _kept_file(request, "openapi.json", "application/json")


@require_safe
def text_document(request: HttpRequest, name: str) -> HttpResponseBase:
    # As plain text, since browsers show that, and download Markdown.
    return _kept_file(request, f"{name}.md", "text/plain; charset=utf-8")


@require_safe
@csp_override(POLICY)
def _page(request: HttpRequest, template: str) -> HttpResponse:
    return render(request, template, {"app_name": settings.APP_NAME})


swagger_page = partial(_page, template="core/swagger.html")
redoc_page = partial(_page, template="core/redoc.html")


def _kept_file(request: HttpRequest, name: str, content_type: str) -> HttpResponseBase:
    file = _read(settings.BASE_DIR / "docs" / name)
    response = get_conditional_response(request, etag=file.etag)
    if response is None:
        response = HttpResponse(file.content, content_type=content_type)
        if accepts_gzip(request):
            response.content = file.compressed
            response["Content-Encoding"] = "gzip"
    response["ETag"] = file.etag
    response["Cache-Control"] = ASK_AGAIN
    response["Vary"] = "Accept-Encoding"
    return response


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file's content, as gzip too: half a megabyte takes 5 ms, which every visitor of a page would pay anew."""

    content: bytes
    compressed: bytes
    etag: str
    """Weak: compression changes the bytes."""


@cache
def _read(file: Path) -> KeptFile:
    content = file.read_bytes()
    return KeptFile(content, compressed(content), f'W/"{sha256(content).hexdigest()[:32]}"')
