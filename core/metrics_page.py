"""`/metrics`: for this machine, and for who has a token. Nobody else learns that it is there."""

from ipaddress import ip_address

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from core.api.authentication import TokenAuthentication
from core.metrics import exposition
from core.models import TokenScope
from core.problems import problem_answer

FORWARDED_HEADERS = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")
"""Who comes with one of these comes through a proxy, which may well stand on this machine."""


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All that is counted, as text for Prometheus."""
    try:
        allowed = is_from_this_machine(request) or has_token(request)
    except APIException as error:
        headers = {"WWW-Authenticate": TokenAuthentication().authenticate_header(Request(request))}
        return problem_answer(request, error.status_code, str(error.detail), headers)
    if not allowed:
        return problem_answer(request, 404, "There is nothing at this address.")
    text, content_type = exposition(request.headers.get("Accept", ""))
    return HttpResponse(text, content_type=content_type, headers={"Cache-Control": "no-store"})


def is_from_this_machine(request: HttpRequest) -> bool:
    if any(name in request.headers for name in FORWARDED_HEADERS):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:  # a Unix socket has none
        return False


def has_token(request: HttpRequest) -> bool:
    """Raises AuthenticationFailed for a token that is none, and Throttled where too many were."""
    authenticated = TokenAuthentication().authenticate(Request(request))
    return authenticated is not None and authenticated[1].allows(TokenScope.READ)
