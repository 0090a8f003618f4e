"""Content-Security-Policy, with the names that Django has from 6.0 on: at that upgrade this module can go.

A policy is a dict of directives, each with its sources. `CSP.NONCE` among them stands for the nonce of the page, which
is made, and sent, only where the template asks for `csp_nonce`.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the settings import this, before there is a Django
    from django.http import HttpRequest, HttpResponseBase

HEADER = "Content-Security-Policy"
NONCE_BYTES = 16

Policy = Mapping[str, Sequence[str]]
View = Callable[..., "HttpResponseBase"]


class CSP(StrEnum):
    """Sources that are words."""

    NONE = "'none'"
    SELF = "'self'"
    UNSAFE_INLINE = "'unsafe-inline'"
    NONCE = "<nonce>"


CLOSED: Policy = {"default-src": [CSP.NONE], "frame-ancestors": [CSP.NONE]}
"""Of whatever is no page: nothing in it loads, runs or is framed, should a browser take it for one."""


class Nonce:
    """Random text for one page; false until somebody has used it."""

    def __init__(self) -> None:
        self._text = ""

    def __bool__(self) -> bool:
        return bool(self._text)

    def __str__(self) -> str:
        self._text = self._text or secrets.token_urlsafe(NONCE_BYTES)
        return self._text


def build_policy(policy: Policy, nonce: Nonce | None = None) -> str:
    """The header's value."""
    return "; ".join(f"{directive} {_sources(sources, nonce)}" for directive, sources in policy.items())


def _sources(sources: Sequence[str], nonce: Nonce | None) -> str:
    if CSP.NONCE not in sources:
        return " ".join(sources)
    own = [f"'nonce-{nonce}'"] if nonce else []
    return " ".join([*(source for source in sources if source != CSP.NONCE), *own]) or CSP.NONE


def csp_override(policy: Policy) -> Callable[[View], View]:
    """A view whose answers have `policy` in place of the site's."""

    def decorated(view: View) -> View:
        @wraps(view)
        def with_policy(request: "HttpRequest", *args: Any, **kwargs: Any) -> "HttpResponseBase":
            response = view(request, *args, **kwargs)
            response._csp_config = policy  # type: ignore[attr-defined]
            return response

        return with_policy

    return decorated


def csp(request: "HttpRequest") -> dict[str, Any]:
    """Context processor: `csp_nonce`, empty where no policy is sent."""
    return {"csp_nonce": getattr(request, "_csp_nonce", "")}
