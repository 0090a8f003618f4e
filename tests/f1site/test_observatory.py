"""The site in production, behind a proxy that speaks HTTPS (simulated by its headers), by the Observatory's rules."""

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest

from tests.f1site import observatory
from tests.f1site.production_site import production_environment, run, served

pytestmark = pytest.mark.slow

SIMULATED_PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
ELSEWHERE = "https://scanner.example"
SEED = (
    "from django.core.management import call_command",
    "call_command('migrate', verbosity=0)",
    "from tests.replays.synthetic import stored_replay",
    "print(stored_replay().public_id)",
)
CURATOR = (
    "from django.contrib.auth.models import User",
    "User.objects.create_superuser('curator', password='pit-lane-closed')",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Its addresses by what is there."""
    environment = production_environment(
        tmp_path_factory.mktemp("site"), TRUSTED_PROXY_HOPS="1", CORS_ORIGINS="https://page.example"
    )
    replay_id = run(environment, *SEED, *CURATOR).split()[-1]
    with served(environment) as host:
        yield {
            "list": f"http://{host}/",
            "viewer": f"http://{host}/replays/{replay_id}/",
            "log-in": f"http://{host}/admin/login/",
            "swagger": f"http://{host}/docs",
            "redoc": f"http://{host}/redoc",
            "api": f"http://{host}/api/v1/seasons/",
            "problem": f"http://{host}/api/v1/nothing/",
            "nothing": f"http://{host}/nothing/",
            "health": f"http://{host}/health",
            "document": f"http://{host}/openapi.json",
            "style": f"http://{host}/static/core/api-pages/redoc.css",
        }


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args, **_kwargs) -> None:
        return None


def visit(address: str, **headers: str):
    request = urllib.request.Request(address, headers={"Accept": "text/html", **headers})
    try:
        return urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        return error


WHAT = ["list", "viewer", "log-in", "swagger", "redoc", "api", "problem", "nothing", "health", "document", "style"]


@pytest.mark.parametrize("what", WHAT)
def test_it_is_an_a_plus(site, what):
    response = visit(site[what], **SIMULATED_PROXY, Origin=ELSEWHERE)
    page = response.read().decode()
    headers = {name.lower(): value for name, value in response.headers.items()}

    points, modifiers = observatory.score(headers, response.headers.get_all("Set-Cookie", []), page, ELSEWHERE)
    assert observatory.grade(points) == "A+", modifiers
    assert "server" not in headers
    assert "x-powered-by" not in headers


@pytest.mark.parametrize("what", ["list", "viewer", "log-in", "problem"])
def test_pages_get_the_bonus_for_the_strictest_policy(site, what):
    headers = visit(site[what], **SIMULATED_PROXY).headers
    assert observatory.rate_policy(observatory.directives(headers["Content-Security-Policy"])) == 10


def test_the_cookie_of_a_form_is_bound_to_the_host_and_to_https(site):
    (cookie,) = visit(site["log-in"], **SIMULATED_PROXY).headers.get_all("Set-Cookie")
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert cookie.startswith("__Host-csrftoken=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
    assert not any(attribute.startswith("Domain") for attribute in attributes)


def test_the_cookie_of_a_session_is_bound_to_the_host_and_to_https(site):
    page = visit(site["log-in"], **SIMULATED_PROXY)
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    origin = "https" + site["list"].removeprefix("http").rstrip("/")
    form = urllib.parse.urlencode({"username": "curator", "password": "pit-lane-closed", "csrfmiddlewaretoken": token})

    def log_in(**headers: str):
        asked = urllib.request.Request(site["log-in"], form.encode(), {"Cookie": cookie, **SIMULATED_PROXY, **headers})
        try:
            return urllib.request.build_opener(NoRedirects).open(asked, timeout=60)
        except urllib.error.HTTPError as answer:
            return answer

    assert log_in(Origin="https://evil.example").status == 403
    assert log_in(Origin=origin.replace("https:", "http:")).status == 403
    entered = log_in(Origin=origin)
    assert entered.status == 302
    (session,) = [said for said in entered.headers.get_all("Set-Cookie") if "sessionid" in said]
    assert session.startswith("__Host-sessionid=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in session.split(";")[1:]}
    assert "Domain" not in session


@pytest.mark.parametrize("what", ["list", "viewer", "swagger", "redoc", "api", "health", "style"])
def test_nobody_else_gets_a_cookie(site, what):
    assert visit(site[what], **SIMULATED_PROXY).headers.get_all("Set-Cookie") is None


def test_a_page_that_came_by_http_is_not_told_to_stay_with_https(site):
    assert visit(site["list"]).headers["Strict-Transport-Security"] is None


@pytest.mark.parametrize("what", ["viewer", "log-in"])
def test_every_page_of_the_viewer_and_the_admin_has_a_nonce_of_its_own(site, what):
    policies = {visit(site[what]).headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3
    assert all("script-src 'nonce-" in policy for policy in policies)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "F"),
        ({"content-security-policy": "default-src 'self'", "strict-transport-security": "max-age=63072000"}, "B"),
        (
            {
                "content-security-policy": "default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'none'",
                "strict-transport-security": "max-age=63072000",
                "x-content-type-options": "nosniff",
                "cross-origin-resource-policy": "same-origin",
            },
            "B+",
        ),
    ],
)
def test_worse_sites_get_worse_grades(headers, expected):
    points, _ = observatory.score(headers, ["sessionid=1"] if not headers else [], "", ELSEWHERE)
    assert observatory.grade(points) == expected
