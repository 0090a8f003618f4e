"""The query of the list of replays: read whole, refused whole."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from core.problems import BadParameters, ParameterError
from replays.models import ReplayState

PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
PARAMETERS = ("page", "page_size", "session", "state")
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
NAME = re.compile(r"[A-Za-z0-9-]{1,200}")
"""What a session's key or id is made of."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """`session` is a key or an id, not looked up yet; None: all sessions."""

    page: int = 1
    page_size: int = PAGE_SIZE
    session: str | None = None
    state: str = ReplayState.READY


def read_list_query(query: QueryDict) -> ListQuery:
    """Raises BadParameters with everything that is wrong."""
    errors = _unknown(query, PARAMETERS)
    given = {name: str(query[name]) for name in PARAMETERS if name in query}
    page = _whole_number(given, "page", 1, None, errors)
    page_size = _whole_number(given, "page_size", PAGE_SIZE, MAX_PAGE_SIZE, errors)
    state = given.get("state", ReplayState.READY.value)
    if state not in ReplayState.values:
        errors.append({"parameter": "state", "detail": f"must be one of {', '.join(ReplayState.values)}"})
    session = given.get("session")
    if session is not None and not NAME.fullmatch(session):
        errors.append(unknown_session())
    if errors:
        raise BadParameters(errors)
    return ListQuery(page, page_size, session, state)


def refuse_parameters(query: QueryDict) -> None:
    """For resources that take none. Raises BadParameters."""
    if errors := _unknown(query, ()):
        raise BadParameters(errors)


def unknown_session() -> ParameterError:
    return {"parameter": "session", "detail": "there is no such session; give the key or the id of one"}


def _unknown(query: QueryDict, known: tuple[str, ...]) -> list[ParameterError]:
    allowed = f"allowed are {', '.join(known)}" if known else "this resource takes none"
    errors: list[ParameterError] = []
    for name, values in query.lists():
        if name not in known:
            errors.append({"parameter": name, "detail": f"unknown; {allowed}"})
        elif len(values) > 1:
            errors.append({"parameter": name, "detail": "given more than once"})
    return errors


def _whole_number(
    given: Mapping[str, str], name: str, default: int, most: int | None, errors: list[ParameterError]
) -> int:
    if name not in given:
        return default
    number = int(given[name]) if WHOLE_NUMBER.fullmatch(given[name]) else 0
    if number < 1 or (most is not None and number > most):
        wanted = "a whole number from 1" + (f" to {most}" if most else "")
        errors.append({"parameter": name, "detail": f"must be {wanted}"})
    return number
