import json
import logging
import re
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.log_formats import JsonLines, TextLines
from core.request_ids import current_request_id

RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \| [A-Z]+ *\| \S+ \| ")


def record(message="text", *args, error=None, level=logging.INFO, **extra):
    exc_info = error and (type(error), error, error.__traceback__)
    made = logging.LogRecord("a.library", level, __file__, 1, message, args, exc_info)
    made.__dict__ |= extra
    return made


def raised(message):
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


@pytest.fixture
def request_id():
    token = current_request_id.set("id-of-the-request")
    yield "id-of-the-request"
    current_request_id.reset(token)


class WithRequest:
    """What Django's own records have as `request`."""

    path = "/api/v1/seasons/"
    request_id = "from-the-request"

    def __repr__(self):
        return "<ASGIRequest: GET '/api/v1/seasons/?ticket=s3cr3t-value'>"


def test_a_line_has_the_time_as_logging_itself_writes_it():
    told = record("lap %d", 7)
    expected = logging.Formatter("%(asctime)s | %(levelname)-8s | %(name)s | %(message)s").format(told)
    assert TextLines().format(told) == expected == f"{expected[:23]} | INFO     | a.library | lap 7"


def test_the_time_goes_on():
    lines = TextLines()
    first, second = record(), record()
    second.created = first.created + 61
    assert lines.format(first)[:19] != lines.format(second)[:19]
    assert lines.format(second)[:19] == time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second.created))


def test_what_is_logged_for_a_request_says_its_id(request_id):
    assert TextLines().format(record()).endswith("| text - ID: id-of-the-request")
    assert json.loads(JsonLines().format(record()))["request_id"] == "id-of-the-request"


def test_a_stack_trace_is_there_whole_and_indented():
    first, *others = TextLines().format(record("failed", error=raised("no"), level=logging.ERROR)).splitlines()
    assert RECORD.match(first)
    assert others[0] == "    Traceback (most recent call last):"
    assert others[-1] == "    ValueError: no"
    assert any(__file__ in line for line in others)


@given(st.text(st.characters(), max_size=100), st.text(st.characters(), max_size=100))
def test_neither_message_nor_error_can_forge_a_record(message, error):
    forged = "\n2026-10-05 12:00:00,000 | INFO     | core.requests | Request: GET /forged"
    lines = TextLines().format(record("%s", message + forged, error=raised(error + forged))).splitlines()
    assert [bool(RECORD.match(line)) for line in lines] == [True] + [False] * (len(lines) - 1)
    assert all(line.isprintable() for line in lines)


@given(st.text(st.characters(), max_size=100))
def test_a_json_record_is_one_line_of_ascii(text):
    line = JsonLines().format(record("%s", text, error=raised(text), path=text))
    assert line.isascii()
    assert line.isprintable()
    json.loads(line)


def test_a_json_record_says_what_the_text_says_and_its_facts(request_id):
    facts = {"method": "GET", "path": "/api/seasons", "status": 200, "duration_ms": 234.5, "client_ip": "::1"}
    told = json.loads(JsonLines().format(record("lap %d", 7, **facts, somebody_elses="left out")))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("time"))
    assert told == facts | {
        "level": "INFO",
        "logger": "a.library",
        "message": "lap 7",
        "request_id": "id-of-the-request",
    }


def test_a_json_record_of_an_error_says_type_stack_and_path():
    told = json.loads(JsonLines().format(record("failed", error=raised("no"), request=WithRequest())))
    assert told["error_type"] == "ValueError"
    assert told["stack_trace"].startswith("Traceback")
    assert told["stack_trace"].endswith("ValueError: no")
    assert told["path"] == "/api/v1/seasons/"
    assert told["request_id"] == "from-the-request"


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()])
def test_a_secret_in_message_error_or_request_is_in_no_record(lines):
    error = raised("connect to redis://:s3cr3t-value@cache failed")
    told = lines.format(record("%s", "?ticket=s3cr3t-value", error=error, request=WithRequest()))
    assert "s3cr3t-value" not in told


def test_a_secret_in_the_path_is_not_among_the_facts_either():
    told = json.loads(JsonLines().format(record(path="/api/v1/replays/x&token=s3cr3t-value", status=404)))
    assert told["path"] == "/api/v1/replays/x&token=[hidden]"


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()])
def test_a_record_whose_arguments_do_not_fit_is_still_written(lines):
    told = lines.format(record("%d laps", "three\n"))
    assert "%d laps" in told
    assert "three" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()])
def test_an_error_that_is_none_is_none(lines):
    assert len(lines.format(record(error=None)).splitlines()) == 1
    nothing = record()
    nothing.exc_info = sys.exc_info()
    assert "None" not in lines.format(nothing)
