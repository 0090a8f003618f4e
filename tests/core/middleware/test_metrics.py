"""What is counted of requests, sync and async."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from prometheus_client import REGISTRY

from core.middleware.metrics import MetricsMiddleware

HOST = {"HTTP_HOST": "localhost"}


def count(name: str = "http_requests_total", **labels: str) -> float:
    """Of that series alone: others would ask the database."""
    for metric in REGISTRY.restricted_registry([name]).collect():
        for sample in metric.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return 0.0


@pytest.fixture(autouse=True)
def no_redis(settings):
    settings.REDIS_URL = ""


@pytest.mark.parametrize(
    ("method", "address", "route", "status"),
    [
        ("get", "/health/live", "/health/live/", "200"),
        ("head", "/health/live/", "/health/live/", "200"),
        ("post", "/health/live", "/health/live/", "405"),
        ("get", "/openapi.json", "/openapi.json/", "200"),
        ("get", "/nothing/here", "unmatched", "404"),
        ("get", "/static/no-such-file.css", "static", "404"),
    ],
)
def test_answers_are_counted_by_method_route_and_status(ask, method, address, route, status):
    labels = {"method": method.upper(), "route": route, "status": status}
    before, timed = count(**labels), count("http_request_duration_seconds_count", **labels)

    assert str(ask(address, method).status_code) == status

    assert count(**labels) == before + 1
    assert count("http_request_duration_seconds_count", **labels) == timed + 1


@pytest.mark.django_db
def test_all_addresses_of_a_route_are_one_series():
    middleware = MetricsMiddleware(lambda request: HttpResponse(status=404))
    labels = {"method": "GET", "route": "/api/v1/sessions/<pk>/", "status": "404"}
    before = count(**labels)

    for name in ("a", "b", "c/"):
        middleware(RequestFactory().get(f"/api/v1/sessions/{name}"))

    assert count(**labels) == before + 3


def test_methods_and_paths_that_somebody_thinks_of_make_no_series_of_their_own():
    middleware = MetricsMiddleware(lambda request: HttpResponse(status=405))
    labels = {"method": "other", "route": "unmatched", "status": "405"}
    before = count(**labels)

    for n in range(1500):
        middleware(RequestFactory().generic(f"METHOD{n}", f"/path/{n}"))

    assert count(**labels) == before + 1500
    assert middleware.series == {}
    assert len(middleware.routes._of_paths) <= 1000


def test_what_is_refused_for_being_too_many_is_counted():
    middleware = MetricsMiddleware(lambda request: HttpResponse(status=429))
    before = count("rate_limited_total", kind="http")
    middleware(RequestFactory().get("/api/v1/seasons/"))
    assert count("rate_limited_total", kind="http") == before + 1
