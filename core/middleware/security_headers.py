"""What browsers are told not to do with this site's answers."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from core.content_policy import CLOSED, HEADER, Nonce, Policy, build_policy

DENIED_FEATURES = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "usb",
    "xr-spatial-tracking",
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DENIED_FEATURES),
    "Cross-Origin-Opener-Policy": "same-origin",
    # Pages elsewhere read the API by CORS, which this leaves alone: it is about images, scripts and frames.
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
CLOSED_TEXT = build_policy(CLOSED)
HEADERS_OF_REFUSALS = HEADERS | {HEADER: CLOSED_TEXT}
"""Of what a server answers by itself, which no middleware sees; and of whatever is no page."""
STORED = tuple((name.lower(), (name, value)) for name, value in HEADERS_OF_REFUSALS.items())
"""As Django's mapping of headers stores them, which checks each for what could break a line: not in these."""


class SecurityHeadersMiddleware:
    """Adds what an answer does not have yet: a view that knows better is believed.

    Pages have the policy of the setting SECURE_CSP, or the one that `csp_override` gave their view; all else is closed.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.page_policy: Policy = settings.SECURE_CSP
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        request._csp_nonce = Nonce()  # type: ignore[attr-defined]
        if self.is_async:
            return self.answer_async(request)
        return self.secured(request, self.get_response(request))

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        return self.secured(request, await self.get_response(request))

    def secured(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if HEADER not in response and (policy := self.policy_of(response)) is not None:
            response[HEADER] = build_policy(policy, getattr(request, "_csp_nonce", None))
        stored = response.headers._store  # header by header it is 10 % of the whole stack
        for key, header in STORED:
            stored.setdefault(key, header)
        if request.is_secure():
            response.setdefault(*HTTPS_ONLY)
        return response

    def policy_of(self, response: HttpResponseBase) -> Policy | None:
        """None: the closed one."""
        policy: Policy | None = getattr(response, "_csp_config", None)
        if policy is None and response.get("Content-Type", "").startswith("text/html"):
            return self.page_policy
        return policy
