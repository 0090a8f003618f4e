import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.log_text import HIDDEN, SECRETS, indented, on_one_line, path_in_log, without_secrets

TELLING = [
    "GET /ws/v1/rooms/a/?t=1&ticket=s3cr3t-value&fps=30",
    "password=s3cr3t-value",
    "{'password': 's3cr3t-value', 'name': 'x'}",
    '{"F1_PASSWORD": "s3cr3t-value"}',
    "SECRET_KEY = 's3cr3t-value'",
    "Authorization: Bearer s3cr3t-value",
    "b'authorization: Basic s3cr3t-value'",
    "Cookie: a=1; __Host-sessionid=s3cr3t-value; b=2",
    "Set-Cookie: __Host-csrftoken=s3cr3t-value; Secure",
    "csrfmiddlewaretoken=s3cr3t-value",
    "sent Bearer s3cr3t-value, which is wrong",
    "Api-Key s3cr3t-value",
    "X-API-Key=s3cr3t-value",
    "connection to postgresql://f1:s3cr3t-value@db:5432/f1 failed",
    "redis://:s3cr3t-value@cache:6379/0",
    "postgresql://f1:p@ss-s3cr3t-value@db/f1",
    "TOKEN=s3cr3t-value",
]


@pytest.mark.parametrize("text", TELLING)
def test_a_secret_is_hidden_and_nothing_else(text):
    before, _, after = without_secrets(text).partition(HIDDEN)
    assert "s3cr3t-value" not in before + after
    assert before != ""
    assert text.startswith(before)


@pytest.mark.parametrize(
    "text",
    [
        "Response: GET /api/v1/seasons/ - Status: 200 - Duration: 0.234s - IP: ::1",
        "the ticket is wrong",
        "a token: make one in the admin",
        "https://example.org/a/b?c=d",
        "12 laps, see http://[::1]:8000/",
    ],
)
def test_other_text_stays_as_it_is(text):
    assert without_secrets(text) == text


@given(st.text() | st.sampled_from(TELLING))
def test_the_short_way_misses_nothing_that_the_long_way_finds(text):
    assert without_secrets(text) == SECRETS.sub(lambda found: f"{found['name'] or found['header'] or ''}{HIDDEN}", text)


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("a\r\nb", "a\\r\\nb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\x85d"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("\udcff", "\\udcff"),
        ("\x00", "\\x00"),
        ("São Paulo 🏁", "São Paulo 🏁"),
    ],
)
def test_what_is_no_visible_character_is_escaped(text, visible):
    assert on_one_line(text) == visible


@given(st.text(st.characters(), max_size=200))
def test_no_text_makes_a_second_line_or_commands_a_terminal(text):
    line = on_one_line(text)
    assert len(line.splitlines()) <= 1
    assert line.isprintable()
    line.encode()


@given(st.text(st.characters(), max_size=200))
def test_no_line_of_an_indented_text_begins_like_a_record(text):
    lines = indented(text).splitlines()
    assert all(line.startswith("    ") for line in lines)
    assert all(line.isprintable() for line in lines)


@given(st.text(st.characters(), max_size=700))
def test_a_path_has_no_blanks_and_an_end(path):
    assert re.fullmatch(r"[\x21-\x7e]{0,503}", path_in_log(path))


def test_plain_paths_stay_as_they_are():
    assert path_in_log("/api/v1/seasons/2025-são-paulo%20x/") == "/api/v1/seasons/2025-s%C3%A3o-paulo%20x/"
    assert path_in_log("/api/v1/seasons/") == "/api/v1/seasons/"
