"""Versions of the API: what answers, what the answers say about it, and what is refused."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import AsyncClient, Client, RequestFactory

from core.middleware.api_versions import ApiVersionsMiddleware
from core.versions import ApiVersion, ApiVersions
from tests.core.versioned_site import DEPRECATED_AT, FAR_AHEAD, LONG_AGO, VERSIONS

DEPRECATION = "@1609459200"
SUNSET_OF_V1 = "Fri, 11 Nov 2022 23:59:59 GMT"
SUNSET_OF_V2 = "Tue, 31 Dec 2999 12:00:00 GMT"


def successor(path: str) -> str:
    return f'</api/v10/{path}>; rel="successor-version"'


def canonical(path: str) -> str:
    return f'</api/v10/{path}>; rel="canonical"'


@pytest.fixture(autouse=True)
def versioned_site(settings):
    settings.API_VERSIONS = VERSIONS
    settings.ROOT_URLCONF = "tests.core.versioned_site"
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture(params=["sync", "async"])
def client(request):
    if request.param == "sync":
        return Client(raise_request_exception=False)
    return AsyncClient(raise_request_exception=False)


@pytest.fixture
def ask(client):
    """`ask(path, method="get", **rest)` through all middleware, by either way into it."""

    def ask(path, method="get", **rest):
        send = getattr(client, method)
        return (async_to_sync(send) if isinstance(client, AsyncClient) else send)(path, **rest)

    return ask


def is_problem(response, status: int) -> bool:
    return (response.status_code, response["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("path", ["things", "things/"])
def test_the_newest_version_says_nothing_about_itself(ask, path):
    response = ask(f"/api/v10/{path}")
    assert response.status_code == 200
    assert not {"Link", "Deprecation", "Sunset"} & set(response.headers)


@pytest.mark.parametrize("path", ["things", "things/", "things/?page=2"])
def test_an_address_without_a_version_answers_as_the_newest_and_names_it(ask, path):
    response = ask(f"/api/{path}")
    assert response.status_code == 200
    assert response["Link"] == canonical("things/")
    assert "Deprecation" not in response


@pytest.mark.parametrize(("path", "status"), [("things/wrong", 400), ("things/x", 404), ("things/broken", 500)])
def test_an_error_of_a_resource_names_the_address_with_the_version_too(ask, path, status):
    response = ask(f"/api/{path}")
    assert response.status_code == status
    assert response["Link"] == canonical(f"{path}/")


def test_an_address_that_nothing_has_names_no_other(ask):
    response = ask("/api/nonsense/")
    assert is_problem(response, 404)
    assert "Link" not in response


def test_what_stands_in_a_path_is_quoted_in_the_link(ask):
    assert ask("/api/things/a%20b%3E%22%3F%25%0D%0A")["Link"] == canonical("things/a%20b%3E%22%3F%25%0D%0A/")


# Not by the clients: Django's asynchronous one takes UTF-8 in a path for Latin-1.
def test_letters_of_any_language_are_quoted_as_utf_8():
    assert VERSIONS.canonical_link(VERSIONS.locate("/api/things/ä")) == canonical("things/%C3%A4/")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("", 200),
        ("things/", 200),
        ("things/wrong/", 400),
        ("things/x/", 404),
        ("things/missing/", 404),
        ("things/broken/", 500),
        ("nonsense/", 404),
    ],
)
def test_every_answer_of_a_deprecated_version_says_so(ask, path, status):
    for address in (f"/api/v2/{path}", f"/api/v2/{path}".rstrip("/")):
        response = ask(address)
        assert response.status_code == status
        assert response["Deprecation"] == DEPRECATION
        assert response["Sunset"] == SUNSET_OF_V2
        assert response["Link"] == successor(path)


def test_a_deprecated_version_whose_end_is_not_known_has_no_sunset(ask):
    response = ask("/api/v3/things/")
    assert response["Deprecation"] == DEPRECATION
    assert "Sunset" not in response


def test_headers_of_an_answer_are_added_to_and_not_overwritten(ask):
    response = ask("/api/v2/things/marked/")
    assert response["Link"] == f'</elsewhere>; rel="related", {successor("things/marked/")}'
    assert response["Deprecation"] == "@1"
    assert response["Sunset"] == SUNSET_OF_V2


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete", "options"])
@pytest.mark.parametrize("version", ["v0", "v1"])
def test_a_version_is_gone_after_its_sunset_whatever_is_asked(ask, version, method):
    response = ask(f"/api/{version}/things/", method)
    assert is_problem(response, 410)
    assert response["Deprecation"] == DEPRECATION
    assert response["Sunset"] == SUNSET_OF_V1
    assert response["Link"] == successor("things/")


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v1/nonsense"])
def test_every_address_of_a_version_that_is_gone_is_gone(ask, path):
    assert is_problem(ask(path), 410)


def test_the_refusal_says_since_when_and_what_comes_instead(ask):
    detail = ask("/api/v1/things/7/").json()["detail"]
    assert detail == "Version v1 is gone since 2022-11-11. Its successor is v10: /api/v10/things/7/"


@pytest.mark.parametrize("path", ["/api/v9/", "/api/v9", "/api/v9/things/", "/api/v01/things/", "/api/v100/things/"])
def test_an_unknown_version_is_a_404_that_names_those_that_are_there(ask, path):
    response = ask(path)
    assert is_problem(response, 404)
    assert response.json()["detail"] == "There is no such version of the API. There is: v2, v3, v10."
    assert "Link" not in response


@pytest.mark.parametrize("path", ["/outside/", "/apiary/", "/api-v2/things/"])
def test_what_is_outside_the_api_is_left_alone(ask, path):
    assert not {"Link", "Deprecation", "Sunset"} & set(ask(path).headers)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v10", "/api/v10/"])
def test_the_index_says_what_there_is_and_where(ask, path, settings):
    response = ask(path)
    assert response.status_code == 200
    assert response.json() == {
        "name": settings.APP_NAME,
        "version": "v10",
        "versions": {name: f"http://testserver/api/{name}/" for name in ("v2", "v3", "v10")},
        "resources": {"things": "http://testserver/api/v10/things/"},
        "docs": "http://testserver/docs",
        "schema": "http://testserver/openapi.json",
        "health": "http://testserver/health",
    }


def test_each_version_has_its_own_index(ask):
    contents = ask("/api/v2/").json()
    assert (contents["version"], contents["resources"]) == ("v2", {"things": "http://testserver/api/v2/things/"})


def test_the_index_is_only_read(ask):
    response = ask("/api/", "post")
    assert is_problem(response, 405)
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("status", [200, 304, 429])
def test_what_answers_before_the_address_is_looked_up_is_marked_too(status):
    middleware = ApiVersionsMiddleware(lambda _request: HttpResponse(status=status))
    assert middleware(RequestFactory().get("/api/things/"))["Link"] == canonical("things/")
    assert middleware(RequestFactory().get("/api/v2/things/"))["Link"] == successor("things/")


def status_of_v2_at(moment: datetime) -> int:
    middleware = ApiVersionsMiddleware(lambda _request: HttpResponse(), now=lambda: moment)
    return middleware(RequestFactory().get("/api/v2/things/")).status_code


def test_a_version_ends_at_its_sunset_to_the_second():
    assert status_of_v2_at(FAR_AHEAD - timedelta(seconds=1)) == 200
    assert status_of_v2_at(FAR_AHEAD) == 410


def test_dates_of_any_time_zone_are_told_in_gmt():
    tokyo = timezone(timedelta(hours=9))
    old = ApiVersion(
        "v1", "x", deprecated_at=datetime(2030, 1, 1, 9, tzinfo=tokyo), sunset_at=datetime(2031, 1, 1, 8, tzinfo=tokyo)
    )
    versions = ApiVersions((old, ApiVersion("v2", "x")))
    assert versions.deprecation_headers(versions.locate("/api/v1/a")) == {
        "Deprecation": f"@{int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())}",
        "Sunset": "Tue, 31 Dec 2030 23:00:00 GMT",
        "Link": '</api/v2/a/>; rel="successor-version"',
    }


@pytest.mark.parametrize("name", ["1", "v", "v01", "V1", "v1.0", "v1\n", "version1"])
def test_a_version_is_called_v_and_a_number(name):
    with pytest.raises(ValueError, match="like v1"):
        ApiVersion(name, "x")


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ({"sunset_at": FAR_AHEAD}, "needs deprecated_at"),
        ({"deprecated_at": FAR_AHEAD, "sunset_at": LONG_AGO}, "before its deprecation"),
        ({"deprecated_at": datetime(2030, 1, 1)}, "deprecated_at needs a time zone"),
        ({"deprecated_at": DEPRECATED_AT, "sunset_at": datetime(2030, 1, 1)}, "sunset_at needs a time zone"),
    ],
)
def test_dates_that_make_no_sense_are_refused(dates, message):
    with pytest.raises(ValueError, match=message):
        ApiVersion("v1", "x", **dates)


def test_only_a_version_with_an_end_may_have_no_code():
    with pytest.raises(ValueError, match="needs sunset_at"):
        ApiVersion("v1", None, deprecated_at=DEPRECATED_AT)


@pytest.mark.parametrize(
    ("versions", "message"),
    [
        ([], "needs a version"),
        ([ApiVersion("v2", "x"), ApiVersion("v1", "x")], "oldest first"),
        ([ApiVersion("v10", "x"), ApiVersion("v9", "x")], "oldest first"),
        ([ApiVersion("v1", "x"), ApiVersion("v1", "x")], "stands once"),
        ([ApiVersion("v1", "x", deprecated_at=DEPRECATED_AT)], "newest one cannot be deprecated"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(versions, message):
    with pytest.raises(ValueError, match=message):
        ApiVersions(tuple(versions))
