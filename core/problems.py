"""Errors of the API as RFC 9457 problem details. Views raise; what is raised takes its shape here."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, TypedDict

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

CONTENT_TYPE = "application/problem+json"


class ParameterError(TypedDict):
    """What is wrong with a parameter, for the list `errors` of a problem."""

    parameter: str
    detail: str


class BadParameters(APIException):
    """The request's parameters make no sense; all of them are named at once."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_detail = "Some parameters are wrong."

    def __init__(self, errors: Sequence[ParameterError]) -> None:
        super().__init__("; ".join(f"{error['parameter']}: {error['detail']}" for error in errors))
        self.errors = list(errors)


def problem(
    request: HttpRequest | Request, status_code: int, detail: str, errors: Sequence[ParameterError] = ()
) -> dict[str, Any]:
    """The document. `type` is about:blank, since the status says all that a program needs."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status_code).phrase,
        "status": status_code,
        "detail": detail,
    }
    if request_id := getattr(request, "request_id", None):
        document["request_id"] = request_id
    if errors:
        document["errors"] = list(errors)
    return document


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None, so that Django answers, for what no view meant to raise."""
    if isinstance(error, Http404):
        error = APIException(str(error) or "There is nothing here.")
        error.status_code = status.HTTP_404_NOT_FOUND
    elif isinstance(error, PermissionDenied):
        error = APIException("This is not for you.")
        error.status_code = status.HTTP_403_FORBIDDEN
    if not isinstance(error, APIException):
        return None
    set_rollback()
    errors = error.errors if isinstance(error, BadParameters) else ()
    document = problem(context["request"], error.status_code, str(error.detail), errors)
    return Response(document, error.status_code, headers=_headers(error), content_type=CONTENT_TYPE)


def unknown_path(request: HttpRequest) -> JsonResponse:
    """The view of every address of the API that means nothing."""
    document = problem(request, status.HTTP_404_NOT_FOUND, "There is nothing at this address.")
    return JsonResponse(document, status=status.HTTP_404_NOT_FOUND, content_type=CONTENT_TYPE)


def _headers(error: APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait_s := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait_s))
    return headers
