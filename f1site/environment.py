"""Reading settings from the environment and `.env`: typed; what is wrong is noted, so that all of it is told at once.

django-environ does the `.env`. Values are parsed here: its own casts take `DEBUG=ture` for false, and `$` at the
start of a key for the name of another variable.
"""

import io
import json
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import environ

logger = logging.getLogger(__name__)

T = TypeVar("T")

TRUE = frozenset(("true", "t", "1", "yes", "y", "on"))
FALSE = frozenset(("false", "f", "0", "no", "n", "off"))
SHOWN = 100

ASSIGNMENT = re.compile(r"\s*(?:export\s+)?(?P<name>\w+)\s*=\s*(?P<value>.*?)\s*")
QUOTED = re.compile(r"""(?P<value>'[^']*'|"(?:[^"\\]|\\.)*")\s*(?:#.*)?""")
JSON_LIST = re.compile(r'\[\s*["\]]')
"""And not an address like `[::1]`."""
COMMENT = re.compile(r"(?:^|\s+)#.*")


class Wrong(ValueError):
    """A value that makes no sense; the message goes on after `NAME=value: `, and says what it may be."""


class Environment:
    """Settings by name. A variable that is empty counts as one that is not set.

    A wrong value leaves its default in force, and a line in `faults`, by name: whoever starts the site asks for them.
    """

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    def text(self, name: str, default: T, parse: Callable[[str], T] | None = None, *, is_secret: bool = False) -> T:
        """What `parse` makes of the value; as it stands where there is no `parse`. `parse` raises Wrong.

        A secret is never part of a fault.
        """
        given = os.environ.get(name, "").strip()
        if not given:
            return default
        try:
            return one_line(given) if parse is None else parse(given)  # type: ignore[return-value]
        except Wrong as error:
            self.faults[name] = f"{name}: {error}" if is_secret else f"{name}={shown(given)}: {error}"
            return default

    def flag(self, name: str, default: bool) -> bool:
        return self.text(name, default, truth)

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        return self.text(name, default, lambda given: whole_number(given, low, high))

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        return self.text(name, default, lambda given: one_of(given, choices))

    def each(self, name: str, default: list[str], parse: Callable[[str], str]) -> list[str]:
        """A list, separated by commas or in JSON; `parse` is for each of them."""
        return self.text(name, default, lambda given: [parse(part) for part in listed(given)])


def read_environment(usual: Path) -> Environment:
    """The environment, completed by the file that its ENV_FILE names, else by `usual` where that exists.

    The environment wins. An empty file, or /dev/null, completes nothing.
    """
    env = Environment()
    named = os.environ.get("ENV_FILE", "")
    env_file = Path(named) if named else usual
    if not env_file.exists():
        if named:
            env.faults["ENV_FILE"] = f"ENV_FILE={shown(named)}: there is no such file"
        return env
    try:
        text = env_file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        env.faults["ENV_FILE"] = f"{shown(str(env_file))}: cannot be read: {reason}"
        return env
    environ.Env.read_env(io.StringIO(plain_assignments(text)))
    return env


def plain_assignments(text: str) -> str:
    """A `.env` in the one form that django-environ reads, out of all that other readers of such files let pass:
    spaces around `=`, indentation, and comments behind values."""
    assignments = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if (found := ASSIGNMENT.fullmatch(line)) is None:
            logger.warning("line %d of the .env is no NAME=value: it is left out", number)
            continue
        name, value = found["name"], found["value"]
        quoted = QUOTED.fullmatch(value)
        assignments.append(f"{name}={quoted['value'] if quoted else COMMENT.sub('', value)}")
    return "\n".join(assignments)


def truth(given: str) -> bool:
    if given.lower() in TRUE:
        return True
    if given.lower() in FALSE:
        return False
    raise Wrong("must be true or false")


def whole_number(given: str, low: int, high: int) -> int:
    digits = given.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12 and low <= int(given) <= high):
        raise Wrong(f"must be a whole number from {low} to {high}")
    return int(given)


def one_of(given: str, choices: tuple[str, ...]) -> str:
    if given.lower() not in choices:
        raise Wrong(f"must be {' or '.join(choices)}")
    return given.lower()


def listed(given: str) -> list[str]:
    if not JSON_LIST.match(given):
        return [part.strip() for part in given.split(",") if part.strip()]
    try:
        parts = json.loads(given)
    except ValueError:
        parts = None
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise Wrong('must be separated by commas, or a JSON list of strings, say ["a.example", "b.example"]')
    return [part.strip() for part in parts if part.strip()]


def one_line(given: str) -> str:
    """Text for titles, headers and log lines."""
    if not given.isprintable():
        raise Wrong("must be text of one line without control characters")
    return given


def shown(given: str) -> str:
    """As it stands in a fault: of one line, and not longer than people read."""
    text = given if len(given) <= SHOWN else given[: SHOWN - 3] + "..."
    return text if text.isprintable() else ascii(text)
