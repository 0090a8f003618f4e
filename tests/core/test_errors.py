"""What the outside hears of errors, wherever they are raised: nothing but words chosen beforehand."""

import json
import logging
import re
import traceback

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as site_settings
from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    ImproperlyConfigured,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rest_framework.exceptions import APIException

from core.errors import WORDS
from core.log_formats import TextLines
from core.middleware.request_log import BodyBrokenOff
from tests.core.failing_site import PLACES, STREAM, Failure

OURS = "core.middleware"
FAILING = "tests.core.failing_site.FailsBefore"
STACK = [
    f"{OURS}.request_id.RequestIdMiddleware",
    f"{OURS}.request_log.RequestLogMiddleware",
    "{outside}",
    f"{OURS}.security_headers.SecurityHeadersMiddleware",
    "core.middleware.cors.CorsMiddleware",
    f"{OURS}.error_masking.ErrorMaskingMiddleware",
    "{inside}",
    f"{OURS}.trusted_hosts.TrustedHostsMiddleware",
    f"{OURS}.api_versions.ApiVersionsMiddleware",
    f"{OURS}.gzip.GzipMiddleware",
    "django.middleware.common.CommonMiddleware",
    "{innermost}",
]
TELLING = (
    "/srv/site/core/secret_module.py line 7: "
    "SELECT password FROM auth_user WHERE id = 1; "
    "postgresql://f1:s3cr3t-value@db.internal:5432/f1; "
    f"{site_settings.SECRET_KEY}"
)
LEAKS = re.compile(
    "|".join(
        [
            *("s3cr3t-value", "SELECT", "auth_user", r"\.py\b", "Traceback", 'File "', "line [0-9]+", "db\\.internal"),
            *(
                "/srv/",
                "/home/",
                "/site-packages/",
                "DEBUG",
                "settings",
                "Django",
                r"\w+Error\b",
                "Exception",
                "urlconf",
            ),
            re.escape(site_settings.SECRET_KEY),
            re.escape(str(site_settings.BASE_DIR)),
        ]
    )
)

ERRORS = {
    500: [
        ValueError(TELLING),
        KeyError(TELLING),
        RuntimeError(),
        AssertionError(TELLING),
        ImproperlyConfigured(f"Set DEBUG: {TELLING}"),
        ProgrammingError(f'relation "auth_user" does not exist: {TELLING}'),
        APIException(TELLING),
        UnicodeEncodeError("utf-8", "\udcff", 0, 1, TELLING),
        RecursionError(TELLING),
        MemoryError(TELLING),
        OSError(2, TELLING, "/srv/site/core/secret_module.py"),
    ],
    503: [OperationalError(TELLING), InterfaceError(TELLING)],
    400: [
        BadRequest(TELLING),
        SuspiciousOperation(TELLING),
        DisallowedHost(f"Invalid HTTP_HOST header. You may need to add it to ALLOWED_HOSTS. {TELLING}"),
        RequestDataTooBig(f"Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE. {TELLING}"),
        MultiPartParserError(TELLING),
    ],
    403: [PermissionDenied(TELLING)],
    404: [Http404(TELLING), Http404({"tried": TELLING})],
}
CASES = [(status, error) for status, errors in ERRORS.items() for error in errors]
RAISING = [place for place in PLACES if place not in ("frank", "nothing", "api-rendering")]
ALWAYS_500 = ["frank", "nothing", "api-rendering"]


@pytest.fixture(params=["outside", "inside", "innermost"])
def stack(request, settings):
    """With middleware that fails at one of three places."""
    place = f"{{{request.param}}}"
    settings.MIDDLEWARE = [FAILING if name == place else name for name in STACK if name[0] != "{" or name == place]


@pytest.fixture(autouse=True)
def _site(settings):
    settings.ROOT_URLCONF = "tests.core.failing_site"
    settings.MIDDLEWARE = [name for name in STACK if name[0] != "{"]
    settings.SECURE_CSP = {}


@pytest.fixture(params=["client", "async_client"])
def ask(request):
    client = request.getfixturevalue(request.param)
    client.raise_request_exception = False
    is_async = request.param == "async_client"

    async def asked(address, *, accept="*/*", method="get", **more):
        send = getattr(client, method)
        headers = {"accept": accept, "x-request-id": "id-of-this-request", **more.pop("headers", {})}
        return await (send if is_async else sync_to_async(send))(address, headers=headers, **more)

    return asked


def assert_clean(response, status):
    assert response.status_code == status
    told = response.content.decode() + str(response.headers)
    assert LEAKS.findall(told) == []
    assert response["X-Request-ID"] == "id-of-this-request"
    if response["Content-Type"] == "application/problem+json":
        document = json.loads(response.content)
        assert document.pop("title")
        expected = {"type": "about:blank", "status": status, "request_id": "id-of-this-request"}
        assert document == expected | {"detail": document["detail"]}
    else:
        assert response["Content-Type"] == "text/html; charset=utf-8"
        assert "id-of-this-request" in response.content.decode()
        assert WORDS[status] in response.content.decode()


@pytest.mark.parametrize(("status", "error"), CASES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("place", ["api/view/", "api/async-view/", "api/api-view/", "api/template/"])
async def test_an_error_of_a_view_tells_nothing(ask, place, status, error):
    Failure.error = error
    assert_clean(await ask(f"/{place}"), status)


@pytest.mark.parametrize(("status", "error"), CASES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("place", ["before/", "after/"])
@pytest.mark.usefixtures("stack")
async def test_an_error_of_middleware_tells_nothing(ask, place, status, error):
    Failure.error = error
    assert_clean(await ask(f"/api/{place}"), status)


@pytest.mark.parametrize("place", ALWAYS_500)
async def test_what_is_answered_wrongly_or_too_frankly_is_a_plain_500(ask, place):
    Failure.error = ValueError(TELLING)
    assert_clean(await ask(f"/api/{place}/"), 500)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("status", ERRORS)
async def test_a_browser_has_a_page_that_tells_nothing(ask, place, status):
    Failure.error = ERRORS[status][0]
    response = await ask(f"/{place}/", accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
    if place in ALWAYS_500:
        status = 500
    elif place == "before" or place == "after":
        assert response.content == b"fine"
        return
    if place == "api-view" and status in (403, 404):
        assert response["Content-Type"] == "application/problem+json"
        return
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert_clean(response, status)


async def test_the_api_answers_a_browser_as_it_answers_everybody(ask):
    Failure.error = ValueError(TELLING)
    for address in ("/api/view/", "/api"):
        assert (await ask(address, accept="text/html"))["Content-Type"] == "application/problem+json"


async def test_a_database_that_is_away_is_worth_another_try(ask):
    Failure.error = OperationalError("the connection is closed")
    response = await ask("/api/view/")
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "5", "no-store")


@pytest.mark.parametrize(
    "address",
    ["/%00", "/%0d%0aSet-Cookie:%20a=b", "/%ff%fe", "/api/%00/", "/../../etc/passwd", "/a" * 4000],
)
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
async def test_an_address_that_means_nothing_is_a_plain_404(ask, address, accept):
    assert_clean(await ask(address, accept=accept), 404)


async def test_an_unknown_host_is_a_plain_400(ask):
    response = await ask("/fine/", headers={"host": "evil.example"})
    assert_clean(response, 400)
    assert b"evil" not in response.content


@pytest.mark.parametrize("place", RAISING)
@pytest.mark.usefixtures("stack")
async def test_the_log_has_the_whole_story(ask, place, caplog):
    Failure.error = ZeroDivisionError("the whole story")
    await ask(f"/api/{place}/")
    (record,) = [record for record in caplog.records if record.exc_info]
    told = TextLines().format(record)
    assert record.levelno == logging.ERROR
    assert "Traceback (most recent call last)" in told
    assert "failing_site.py" in told
    assert "ZeroDivisionError: the whole story" in told
    assert f"/api/{place}/" in told.splitlines()[0]
    assert told.splitlines()[0].endswith(" - ID: id-of-this-request")


async def test_a_stream_that_fails_is_cut_off_and_logged(client, caplog):
    Failure.error = OSError(TELLING)
    response = await sync_to_async(client.get)("/stream/")
    parts = iter(response)
    assert next(parts) == b"first"
    with pytest.raises(BodyBrokenOff, match=r"^$"):
        next(parts)
    (record,) = [record for record in caplog.records if record.exc_info]
    assert f"/{STREAM}/" in record.getMessage()


@given(message=st.text(max_size=50))
@hypothesis_settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_message_of_an_error_reaches_the_outside(client, message):
    client.raise_request_exception = False
    bodies = set()
    for told in (message, ""):
        Failure.error = RuntimeError(told)
        response = client.get("/api/view/", headers={"x-request-id": "id-of-this-request"})
        bodies.add((response.status_code, response.content))
    assert len(bodies) == 1


@pytest.mark.parametrize("place", ["view", "async-view", "api-view", "template", "before", "after"])
async def test_developers_are_told_everything(ask, settings, place):
    settings.DEBUG = True
    settings.MIDDLEWARE = [
        f"{OURS}.request_id.RequestIdMiddleware",
        f"{OURS}.error_details.ErrorDetailsMiddleware",
        FAILING,
    ]
    Failure.error = ZeroDivisionError("the whole story")

    response = await ask(f"/api/{place}/")
    document = json.loads(response.content)
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert document["detail"] == "ZeroDivisionError: the whole story"
    assert document["request_id"] == "id-of-this-request"
    assert "failing_site.py" in "".join(document["stack_trace"])

    page = await ask(f"/{place}/", accept="text/html")
    if place not in ("before", "after"):
        assert b"the whole story" in page.content
        assert b"Traceback" in page.content


def test_details_are_not_even_there_without_debug(client, settings):
    settings.MIDDLEWARE = [f"{OURS}.error_details.ErrorDetailsMiddleware"]
    client.raise_request_exception = False
    Failure.error = ValueError(TELLING)
    response = client.get("/api/view/")
    assert LEAKS.findall(response.content.decode()) == []


def test_what_the_leak_finder_looks_for_is_in_a_stack_trace():
    try:
        raise ValueError(TELLING)
    except ValueError:
        assert len(set(LEAKS.findall(traceback.format_exc()))) > 8
