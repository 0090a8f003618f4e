"""The access log of daphne, where somebody asks for one."""

import io
import sys

import pytest
from daphne.access import AccessLogGenerator

from f1site.daphne_log import without_queries

DONE = {"client": "127.0.0.1:4321", "method": "GET", "path": "/api/?token=s3cr3t-value", "status": 200, "size": 7}


@pytest.fixture(autouse=True)
def _as_in_a_process_of_daphne(monkeypatch):
    monkeypatch.setattr(AccessLogGenerator, "write_entry", AccessLogGenerator.write_entry)
    without_queries()


def test_a_file_has_every_request_without_its_query():
    file = io.StringIO()
    AccessLogGenerator(file)("http", "complete", DONE)
    assert file.getvalue().endswith('"GET /api/" 200 7\n')


def test_stdout_has_the_sites_own_lines_and_no_others(capsys):
    AccessLogGenerator(sys.stdout)("http", "complete", DONE)
    assert capsys.readouterr().out == ""
