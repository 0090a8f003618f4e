"""A site for tests with an API in five versions: two gone (one without code), two deprecated, and the newest."""

from datetime import UTC, datetime
from types import ModuleType

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path

from core.problems import problem_answer
from core.version_urls import version_urlpatterns
from core.versions import ApiVersion, ApiVersions


def things(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"things": []})


def thing(request: HttpRequest, name: str) -> JsonResponse:
    return problem_answer(request, 404, f"There is no thing {name}.")


def wrong(request: HttpRequest) -> JsonResponse:
    return problem_answer(request, 400, "wrong")


def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def missing(_request: HttpRequest) -> HttpResponse:
    raise Http404


def marked_by_itself(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(headers={"Link": '</elsewhere>; rel="related"', "Deprecation": "@1"})


resources = ModuleType("resources of the test API")
resources.urlpatterns = [
    re_path(r"^things/?\Z", things),
    re_path(r"^things/broken/?\Z", broken),
    re_path(r"^things/missing/?\Z", missing),
    re_path(r"^things/wrong/?\Z", wrong),
    re_path(r"^things/marked/?\Z", marked_by_itself),
    re_path(r"^things/(?P<name>[^/]+)/?\Z", thing),
]

DEPRECATED_AT = datetime(2021, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2022, 11, 11, 23, 59, 59, tzinfo=UTC)
FAR_AHEAD = datetime(2999, 12, 31, 12, 0, tzinfo=UTC)

VERSIONS = ApiVersions(
    (
        ApiVersion("v0", None, deprecated_at=DEPRECATED_AT, sunset_at=LONG_AGO),
        ApiVersion("v1", resources, ("things",), deprecated_at=DEPRECATED_AT, sunset_at=LONG_AGO),
        ApiVersion("v2", resources, ("things",), deprecated_at=DEPRECATED_AT, sunset_at=FAR_AHEAD),
        ApiVersion("v3", resources, ("things",), deprecated_at=DEPRECATED_AT),
        ApiVersion("v10", resources, ("things",)),
    )
)

urlpatterns = [path("outside/", things), *version_urlpatterns(VERSIONS)]
