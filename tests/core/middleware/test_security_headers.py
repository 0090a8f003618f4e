import re

import pytest
from django.http import HttpResponse, JsonResponse
from django.test import override_settings
from django.urls import path

from core.content_policy import CSP, csp, csp_override

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CLOSED = "default-src 'none'; frame-ancestors 'none'"


def knows_better(request):
    headers = {"X-Frame-Options": "SAMEORIGIN", "Content-Security-Policy": "sandbox", "Referrer-Policy": "no-referrer"}
    return HttpResponse(headers=headers)


@csp_override({"script-src": [CSP.NONCE]})
def with_nonce(request):
    return HttpResponse(str(csp(request)["csp_nonce"]))


urlpatterns = [
    path("json", lambda request: JsonResponse({})),
    path("page", lambda request: HttpResponse("<p>")),
    path("knows-better", knows_better),
    path("with-nonce", with_nonce),
    path("without-nonce", csp_override({"script-src": [CSP.NONCE]})(lambda request: HttpResponse(""))),
]


@pytest.fixture(autouse=True)
def _site():
    middleware = ["core.middleware.security_headers.SecurityHeadersMiddleware"]
    policy = {"default-src": [CSP.NONE], "script-src": [CSP.SELF, CSP.NONCE]}
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=middleware, SECURE_CSP=policy):
        yield


@pytest.mark.parametrize(("address", "status"), [("/json", 200), ("/page", 200), ("/nowhere", 404)])
def test_every_answer_has_them(ask, address, status):
    response = ask(address)

    assert response.status_code == status
    assert {name: response[name] for name in EVERYWHERE} == EVERYWHERE
    assert "camera=()" in response["Permissions-Policy"]


def test_what_is_no_page_is_closed(ask):
    assert ask("/json")["Content-Security-Policy"] == CLOSED


def test_a_page_has_the_policy_of_the_site(ask):
    assert ask("/page")["Content-Security-Policy"] == "default-src 'none'; script-src 'self'"


def test_a_nonce_that_was_used_is_sent_and_is_another_every_time(ask):
    responses = [ask("/with-nonce") for _ in range(2)]

    nonces = [response.content.decode() for response in responses]
    assert all(re.fullmatch(r"[\w-]{22}", nonce) for nonce in nonces)
    assert nonces[0] != nonces[1]
    for nonce, response in zip(nonces, responses, strict=True):
        assert response["Content-Security-Policy"] == f"script-src 'nonce-{nonce}'"


def test_where_no_nonce_was_used_none_is_sent(ask):
    assert ask("/without-nonce")["Content-Security-Policy"] == "script-src 'none'"


def test_a_view_that_knows_better_is_believed(ask):
    response = ask("/knows-better")

    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_only_https_is_to_stay_https(ask):
    assert "Strict-Transport-Security" not in ask("/json")
    assert ask("/json", secure=True)["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_templates_without_the_middleware_have_an_empty_nonce(rf):
    assert csp(rf.get("/")) == {"csp_nonce": ""}
