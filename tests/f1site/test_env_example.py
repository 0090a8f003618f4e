import json
import re
import subprocess
import sys

import pytest

from tests.f1site.environment import PROJECT, bare_environment

READ_BY_FASTF1 = {"F1_USERNAME", "F1_PASSWORD"}
ASSIGNMENT = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)
DUMP = """
import json
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in dir(settings) if name.isupper()}, default=str))
"""


def documented() -> dict[str, str]:
    return dict(ASSIGNMENT.findall((PROJECT / ".env.example").read_text()))


def test_every_setting_stands_in_env_example_and_nothing_else():
    source = "".join(path.read_text() for path in sorted((PROJECT / "f1site").glob("*.py")))
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z0-9_]+)"', source))

    assert documented().keys() == read | READ_BY_FASTF1


def test_every_setting_has_a_comment_above_it():
    paragraphs = (PROJECT / ".env.example").read_text().strip().split("\n\n")

    bare = [text for text in paragraphs if not re.match(r"# [^=\n]+\w", text.splitlines()[0])]
    assert bare == []


@pytest.mark.slow
def test_the_defaults_it_tells_are_the_defaults(tmp_path):
    """What is commented out changes nothing where the comment is taken away."""
    key = bare_environment(tmp_path)["SECRET_KEY"]
    nothing_set = {
        "PATH": bare_environment(tmp_path)["PATH"],
        "ENV_FILE": "/dev/null",
        "SECRET_KEY": key,
        "PYTHONHASHSEED": "0",
    }
    told = tmp_path / ".env"
    told.write_text("".join(f"{name}={value}\n" for name, value in documented().items()))

    assert settings_of(nothing_set | {"ENV_FILE": str(told)}) == settings_of(nothing_set)


def settings_of(environment: dict[str, str]) -> dict:
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", DUMP]
    run = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])
