"""docs/security.md against the tests and the code it speaks of."""

import re

import pytest
from django.conf import settings

from core.content_policy import CLOSED, build_policy
from core.middleware.security_headers import HEADERS, HTTPS_ONLY
from core.request_sizes import BODY_PATIENCE_S, LINGER_S, MAX_BODY_BYTES, MAX_HEADERS_BYTES
from f1site.http_protocol import HEADERS_PATIENCE_S

DOCUMENT = (settings.BASE_DIR / "docs" / "security.md").read_text(encoding="utf-8")
NAMED_TESTS = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", DOCUMENT)))


def test_it_names_tests():
    assert len(NAMED_TESTS) > 30


@pytest.mark.parametrize(("file", "name"), NAMED_TESTS)
def test_every_test_that_it_names_is_there(file, name):
    text = (settings.BASE_DIR / "tests" / file).read_text(encoding="utf-8")
    assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE)


def test_it_says_every_header_as_it_is_sent():
    for name, value in [*HEADERS.items(), HTTPS_ONLY]:
        assert f"`{name}`" in DOCUMENT
        if name != "Permissions-Policy":
            assert value in DOCUMENT
    assert f"`{build_policy(CLOSED)}`" in DOCUMENT


def test_it_says_the_limits_as_they_are():
    for words in (
        f"{MAX_HEADERS_BYTES // 1024} KB",
        f"{MAX_BODY_BYTES // 1024**2} MB",
        f"{HEADERS_PATIENCE_S:.0f} s until",
        f"{BODY_PATIENCE_S:.0f} s until",
        f"up to {LINGER_S:.0f} s",
    ):
        assert words in DOCUMENT
