"""The door of every query: what is not known is refused, and all that is wrong is named at once."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import TypeVar

from django.http import QueryDict

from core.problems import BadParameters, ParameterError

T = TypeVar("T")

WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
MAX_LIST = 200
"""Items of a `__in`."""
MAX_VALUE = 4000
"""Characters of one value: room for a `__in` of hundreds of keys."""


class Refusals:
    """Collects what is wrong with the parameters of a request."""

    def __init__(self) -> None:
        self.errors: list[ParameterError] = []

    def add(self, parameter: str, detail: str) -> None:
        self.errors.append({"parameter": parameter, "detail": detail})

    def attempt(self, step: Callable[[], T], otherwise: T) -> T:
        """What `step` gives; `otherwise` where it refuses, which is then collected."""
        try:
            return step()
        except BadParameters as error:
            self.errors += error.errors
            return otherwise

    def raise_any(self) -> None:
        """Raises BadParameters with all that was added, if anything was."""
        if self.errors:
            raise BadParameters(self.errors)


def check_names(query: QueryDict, known: Iterable[str]) -> None:
    """Raises BadParameters where `admitted` would refuse something."""
    names = sorted(known)
    wrong = Refusals()
    admitted(query, names, wrong, lambda: ", ".join(names))
    wrong.raise_any()


def admitted(query: QueryDict, known: Container[str], wrong: Refusals, allowed: Callable[[], str]) -> dict[str, str]:
    """The parameters that are known, given once, and text that a database takes. The others go to `wrong`.

    `allowed` says in words what is known; empty: nothing is.
    """
    good: dict[str, str] = {}
    for name, values in query.lists():
        if name not in known:
            words = allowed()
            wrong.add(printable(name), "unknown; " + (f"allowed are {words}" if words else "this resource takes none"))
        elif len(values) > 1:
            wrong.add(name, "given more than once")
        elif "\0" in values[0]:
            wrong.add(name, "must not contain a null character")
        elif len(values[0]) > MAX_VALUE:
            wrong.add(name, f"longer than {MAX_VALUE} characters")
        else:
            good[name] = values[0]
    return good


def printable(name: str) -> str:
    """A name that somebody made up, fit to be repeated."""
    return "".join(character if character.isprintable() else "?" for character in name[:100])


def whole_number(text: str, least: int, most: int | None) -> int:
    """Raises ValueError, which says what it must be."""
    number = int(text) if WHOLE_NUMBER.fullmatch(text) else -1
    if number < least or (most is not None and number > most):
        raise ValueError(f"must be a whole number from {least}" + (f" to {most}" if most is not None else ""))
    return number


def chosen(query: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    """One of `allowed`, the first where none is given. Raises BadParameters."""
    value = query.get(name, allowed[0])
    wrong = Refusals()
    if value not in allowed:
        wrong.add(name, f"must be {' or '.join(allowed)}")
    wrong.raise_any()
    return value


def listed(text: str) -> list[str]:
    """The items of a list that is separated by commas, without blanks around them."""
    return [item.strip() for item in text.split(",") if item.strip()]
