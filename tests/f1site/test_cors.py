"""Pages of other origins, as the settings let them."""

import pytest

ALLOWED = "https://page.example"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_allowed(settings):
    settings.CORS_ALLOWED_ORIGINS = [ALLOWED, "http://localhost:3000"]


def preflight(client, address, origin, method="GET"):
    return client.options(address, headers={"origin": origin, "access-control-request-method": method})


@pytest.mark.parametrize("address", ["/api/v1/seasons/", "/api/", "/health", "/openapi.json", "/api/v1/nothing/"])
@pytest.mark.parametrize("origin", [ALLOWED, "http://localhost:3000"])
def test_an_allowed_origin_reads_answers_errors_included(client, address, origin):
    response = client.get(address, headers={"origin": origin})

    assert response["Access-Control-Allow-Origin"] == origin
    assert response["Access-Control-Allow-Credentials"] == "true"
    assert "origin" in response["Vary"]


def test_it_sees_the_headers_that_matter(client):
    exposed = client.get("/api/v1/seasons/", headers={"origin": ALLOWED})["Access-Control-Expose-Headers"]

    names = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After", "X-Request-ID"}
    names |= {"X-Process-Time", "ETag", "Link", "Deprecation", "Sunset", "Location"}
    assert names <= set(exposed.split(", "))


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://page.example",
        "https://page.example:8443",
        "https://page.example.evil.example",
        "https://sub.page.example",
        "null",
        "*",
        "https://[",
    ],
)
def test_no_other_origin_does(client, origin):
    for response in (client.get("/api/v1/seasons/", headers={"origin": origin}), preflight(client, "/api/", origin)):
        assert not any(name.startswith("Access-Control-") for name in response.headers)


def test_a_preflight_is_answered_at_once_and_for_two_hours(client):
    response = preflight(client, "/api/v1/builds/", ALLOWED, "POST")

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == ALLOWED
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert {"authorization", "content-type"} <= set(response["Access-Control-Allow-Headers"].split(", "))
    assert response["Access-Control-Max-Age"] == "7200"


@pytest.mark.parametrize("address", ["/", "/admin/login/", "/apiary", "/static/core/api-pages/redoc.css"])
def test_pages_and_the_admin_are_nobody_elses_to_read(client, address):
    response = client.get(address, headers={"origin": ALLOWED})
    assert "Access-Control-Allow-Origin" not in response


def test_without_origins_in_the_settings_there_are_none(client, settings):
    settings.CORS_ALLOWED_ORIGINS = []
    assert "Access-Control-Allow-Origin" not in client.get("/api/", headers={"origin": ALLOWED})
