"""The URL patterns below `/api`: every version, the newest once more without its name, and an index of each."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from core.problems import problem_answer, unknown_path
from core.versions import API_ROOT, NAME_IN_PATH, ApiVersion, ApiVersions

DOCUMENTS = {"docs": "/docs", "schema": "/openapi.json", "health": "/health"}
"""What a stranger may want to read next, whatever the version."""

Pattern = URLPattern | URLResolver


def version_urlpatterns(versions: ApiVersions) -> list[Pattern]:
    """For the site's root. Slashes at the end are as one likes; nothing redirects."""
    newest = versions.newest
    assert newest.urlconf is not None, "only a version with a sunset has none, and the newest has no sunset"
    return [
        *(pattern for version in versions for pattern in _versioned(versions, version)),
        re_path(rf"^api/{NAME_IN_PATH}(?:/|\Z)", _unknown_version(versions)),
        re_path(r"^api/?\Z", _index(versions, newest)),
        path(API_ROOT.removeprefix("/"), include(newest.urlconf)),
        re_path(r"^api(?:/|\Z)", unknown_path),
    ]


def leads_nowhere(request: HttpRequest) -> bool:
    """Whether the request's address was looked up, and nothing was found. A cache, say, answers before."""
    return request.resolver_match is not None and request.resolver_match.func is unknown_path


def _versioned(versions: ApiVersions, version: ApiVersion) -> list[Pattern]:
    everything = re_path(rf"^api/{version.name}(?:/|\Z)", unknown_path)
    if version.urlconf is None:
        return [everything]
    return [
        re_path(rf"^api/{version.name}/?\Z", _index(versions, version)),
        path(version.root.removeprefix("/"), include(version.urlconf)),
        everything,
    ]


def _index(versions: ApiVersions, version: ApiVersion) -> Callable[[HttpRequest], HttpResponse]:
    @csrf_exempt
    def index(request: HttpRequest) -> HttpResponse:
        """What there is and where, for people and programs that know only the address of the site."""
        if request.method not in ("GET", "HEAD"):
            return problem_answer(request, 405, f"{request.method} is not allowed here.", {"Allow": "GET, HEAD"})
        url = request.build_absolute_uri
        contents = {
            "name": settings.APP_NAME,
            "version": version.name,
            "versions": {served.name: url(served.root) for served in versions.served(timezone.now())},
            "resources": {resource: url(f"{version.root}{resource}/") for resource in version.resources},
            **{name: url(address) for name, address in DOCUMENTS.items()},
        }
        return JsonResponse(contents, json_dumps_params={"indent": 2, "ensure_ascii": False})

    return index


def _unknown_version(versions: ApiVersions) -> Callable[[HttpRequest], HttpResponse]:
    @csrf_exempt
    def unknown_version(request: HttpRequest) -> HttpResponse:
        names = ", ".join(version.name for version in versions.served(timezone.now()))
        return problem_answer(request, 404, f"There is no such version of the API. There is: {names}.")

    return unknown_version
