"""A site for tests in which everything fails that can: views, middleware, templates, streams, each with `ERROR`."""

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, StreamingHttpResponse
from django.template import engines
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import bad_request, not_found, permission_denied, server_error


class Failure:
    """What is raised next, by whatever fails."""

    error: BaseException = RuntimeError()


def fail(*_anything: Any) -> HttpResponse:
    raise Failure.error


async def fail_async(_request: HttpRequest) -> HttpResponse:
    raise Failure.error


class ApiThatFails(APIView):
    get = post = fail


class ApiThatFailsRendering(APIView):
    def get(self, _request: HttpRequest) -> Response:
        return Response({"unrenderable": Failure})


def failing_template(request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string("{{ failing }}")
    return HttpResponse(template.render({"failing": fail}, request))


def frank(_request: HttpRequest) -> HttpResponse:
    return HttpResponseServerError(f'Traceback, File "/srv/site/views.py": {Failure.error}')


def failing_stream(_request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Any:
        yield b"first"
        raise Failure.error

    return StreamingHttpResponse(parts())


def nothing(_request: HttpRequest) -> None:
    return None


def fine(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


class FailsBefore:
    """Middleware that fails at the addresses that ask for it."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self.answer_async(request)
        if request.path.endswith("before/"):
            raise Failure.error
        response = self.get_response(request)
        if request.path.endswith("after/"):
            raise Failure.error
        return response

    async def answer_async(self, request: HttpRequest) -> Any:
        if request.path.endswith("before/"):
            raise Failure.error
        response = await self.get_response(request)
        if request.path.endswith("after/"):
            raise Failure.error
        return response


PLACES = {
    "view": fail,
    "async-view": fail_async,
    "api-view": ApiThatFails.as_view(),
    "api-rendering": ApiThatFailsRendering.as_view(),
    "template": failing_template,
    "frank": frank,
    "nothing": nothing,
    "before": fine,
    "after": fine,
}
STREAM = "stream"

urlpatterns = [
    *(path(f"{place}/", view) for place, view in PLACES.items()),
    *(path(f"api/{place}/", view) for place, view in PLACES.items()),
    path(f"{STREAM}/", failing_stream),
    path("fine/", fine),
]
handler400, handler403, handler404, handler500 = bad_request, permission_denied, not_found, server_error
