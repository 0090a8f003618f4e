"""The scripts of the admin's pages run by a nonce, which Django's templates do not write.

It is given to scripts that are files of the site, and to no other: what somebody smuggled into a page has
none, and so does not run, be it in the page or from another address of this site.
"""

import re
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse

from core.content_policy import CSP, Policy

POLICY: Policy = {**settings.SECURE_CSP, "script-src": [CSP.NONCE]}
TRANSLATIONS = f"/{settings.ADMIN_PATH}jsi18n/"
"""The one script that a view makes, of the texts of Django's widgets."""
OURS = re.compile(
    rb'<script(?=[^<>]*?\ssrc="(?:%b|%b"))'
    % (re.escape(settings.STATIC_URL.encode()), re.escape(TRANSLATIONS.encode()))
)


def under_nonce(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A view's answer, which has the policy and its nonce where it is a page."""
    if isinstance(response, TemplateResponse) and hasattr(request, "_csp_nonce"):
        response._csp_config = POLICY  # type: ignore[attr-defined]
        response.add_post_render_callback(partial(_with_nonce, request))
    return response


def _with_nonce(request: HttpRequest, page: HttpResponse) -> None:
    nonce = str(request._csp_nonce).encode()  # type: ignore[attr-defined]
    page.content = OURS.sub(rb'<script nonce="%b"' % nonce, page.content)
