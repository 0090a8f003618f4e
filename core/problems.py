"""Errors of the API as RFC 9457 problem details. Views raise; what is raised takes its shape here."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypedDict

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.exceptions import PermissionDenied as Forbidden
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
        error = NotFound("There is nothing here.")  # what else it says is for no stranger; views raise NotFound
    elif isinstance(error, PermissionDenied):
        error = Forbidden("This is not for you.")
    if not isinstance(error, APIException) or error.status_code == status.HTTP_500_INTERNAL_SERVER_ERROR:
        return None
    set_rollback()
    errors = error.errors if isinstance(error, BadParameters) else ()
    document = problem(context["request"], error.status_code, str(error.detail), errors)
    return Response(document, error.status_code, headers=_headers(error), content_type=CONTENT_TYPE)


@csrf_exempt  # else Django would answer a POST that it has no token, in HTML
def unknown_path(request: HttpRequest) -> JsonResponse:
    """The view of every address of the API that means nothing."""
    return problem_answer(request, status.HTTP_404_NOT_FOUND, "There is nothing at this address.")


def problem_answer(
    request: HttpRequest, status_code: int, detail: str, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """A problem as the answer of what is no view of DRF: middleware, say."""
    document = problem(request, status_code, detail)
    return JsonResponse(document, status=status_code, headers=headers, content_type=CONTENT_TYPE)


async def awaitable(response: HttpResponseBase) -> HttpResponseBase:
    """An answer that is there already, for who awaits it."""
    return response


def _headers(error: APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait_s := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait_s))
    return headers
