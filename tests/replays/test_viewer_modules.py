"""The viewer's own tests, tests/viewer/*.test.js, which Node runs."""

import subprocess

import pytest

from tests.services import PROJECT

VIEWER_TESTS = PROJECT / "tests" / "viewer"


@pytest.mark.node
def test_the_viewers_modules_pass_their_own_tests():
    files = sorted(str(path) for path in VIEWER_TESTS.rglob("*.test.*js"))
    assert files, f"no *.test.js or *.test.mjs in {VIEWER_TESTS}"

    run = subprocess.run(["node", "--test", *files], cwd=PROJECT, capture_output=True, text=True)

    assert run.returncode == 0, run.stdout + run.stderr
