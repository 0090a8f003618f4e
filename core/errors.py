"""What the outside hears of an error: a status, words chosen beforehand, and the request's id.

Django asks the `handler...` of the root URLconf wherever in the stack something was raised, in middleware too, so
naming these there leaves no way around them (with DEBUG on it asks nobody, and shows everything). What went wrong
stands in the log, under the same id.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from core.problems import problem_answer
from core.versions import API_ROOT

RETRY_AFTER_S = 5

WORDS = {
    400: "The request makes no sense to this server.",
    403: "This is not for you.",
    404: "There is nothing at this address.",
    500: "Something went wrong on this server.",
    503: "The database does not answer: try again in a moment.",
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_answer(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_answer(request, 403)


def no_csrf_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the error is being handled."""
    return error_answer(request, status_of(sys.exc_info()[1]))


def status_of(error: BaseException | None) -> int:
    """503 where the database is to blame, which passes; else 500."""
    return 503 if isinstance(error, OperationalError | InterfaceError) else 500


def error_answer(request: HttpRequest, status: int) -> HttpResponse:
    """A plain page where a browser shows it to somebody, else a problem."""
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if not wants_page(request):
        return problem_answer(request, status, WORDS[status], headers)
    context = {"words": WORDS[status], "request_id": getattr(request, "request_id", None)}
    # Without the request: its context processors ask the session, and so the database, who is logged in.
    page = loader.render_to_string("core/error.html", context)
    return HttpResponse(page, status=status, headers=headers)


def wants_page(request: HttpRequest) -> bool:
    """Whether the answer is for the eyes of people: they accept HTML by its name, and do not look at the API."""
    return "text/html" in request.META.get("HTTP_ACCEPT", "") and not f"{request.path_info}/".startswith(API_ROOT)
