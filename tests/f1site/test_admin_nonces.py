"""Scripts of the admin's pages run by the nonce of that very page, and only those that are files of the site."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.template import engines
from django.template.response import TemplateResponse

from core.content_policy import Nonce
from f1site.admin_nonces import under_nonce

SCRIPTS = re.compile(r"<script[^>]*>")


@pytest.fixture
def curator(db, client, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MIDDLEWARE = ["core.middleware.security_headers.SecurityHeadersMiddleware", *settings.MIDDLEWARE]
    user = get_user_model().objects.create(username="curator", is_staff=True, is_superuser=True)
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "address",
    [
        "",
        "auth/user/",
        "auth/user/add/",
        "seasons/session/",
        "seasons/event/add/?_popup=1",
        "replays/build/",
        "logout/",
    ],
)
def test_each_script_of_a_page_has_its_nonce_and_no_other_page_has_it(curator, address):
    nonces = set()
    for _ in range(2):
        page = curator.post("/admin/logout/") if address == "logout/" else curator.get(f"/admin/{address}")
        assert page.status_code == 200
        (nonce,) = re.findall(r"script-src 'nonce-([\w-]{20,})';", page["Content-Security-Policy"])
        scripts = SCRIPTS.findall(page.content.decode())
        assert scripts
        assert not [script for script in scripts if f'nonce="{nonce}"' not in script]
        assert int(page["Content-Length"]) == len(page.content)
        nonces.add(nonce)
        curator.force_login(get_user_model().objects.get())
    assert len(nonces) == 2


def test_the_log_in_has_one_too(db, client, curator):
    client.logout()
    page = client.get("/admin/login/")

    (nonce,) = re.findall(r"script-src 'nonce-([\w-]{20,})';", page["Content-Security-Policy"])
    assert f'nonce="{nonce}"' in page.content.decode()


@pytest.mark.parametrize(
    ("script", "runs"),
    [
        ('<script src="/static/admin/js/theme.js">', True),
        ('<script id="constants" src="/static/admin/js/x.js" async>', True),
        ('<script id="constants"\n  src="/static/admin/js/x.js">', True),
        ('<script src="/admin/jsi18n/">', True),
        ('<script src="/admin/jsi18n/../../api/">', False),
        ("<script>alert(1)</script>", False),
        ('<script src="/api/v1/sessions/?callback=alert">', False),
        ('<script src="https://evil.example/static/x.js">', False),
        ('<script>"</script><img src="/static/x.png">', False),
        ('<script data-x="><img src="/static/x.js">', False),
    ],
)
def test_a_script_that_is_no_file_of_the_site_has_none(script, runs):
    request = HttpRequest()
    request._csp_nonce = Nonce()
    page = TemplateResponse(request, engines["django"].from_string("{{ script|safe }}"), {"script": script})

    page = under_nonce(request, page).render()

    assert (f'nonce="{request._csp_nonce}"' in page.content.decode()) is runs
    assert page.content.decode().replace(f' nonce="{request._csp_nonce}"', "") == script


def test_where_no_policy_is_sent_pages_stay_as_they_are():
    page = TemplateResponse(HttpRequest(), engines["django"].from_string('<script src="/static/x.js">'))

    assert under_nonce(HttpRequest(), page).render().content == b'<script src="/static/x.js">'
