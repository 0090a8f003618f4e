"""Which stamp an address of the API stands and falls with: its session's, or that of the whole catalogue."""

import re
from collections.abc import Collection, Mapping

from django.http import HttpRequest

from core.api.freshness import Freshness
from core.api.names import LATEST, MAX_NAME
from seasons.api.views import RESOURCES
from seasons.stamps import catalogue_stamp, session_stamps

A_MINUTE = "public, max-age=60"
"""Of finished sessions: they change seldom, and what a curator hides should not be seen for long."""

ADDRESS = re.compile(r"/api/(?:v[0-9]+/)?(?P<resource>[a-z-]+)(?:/(?P<name>[A-Za-z0-9_-]+))?(?:/order)?/?")
NAMES_SESSIONS = re.compile(r"(season|event|session)(__.*)?", re.DOTALL)
"""Parameters whose meaning depends on which sessions there are, and what is in them."""
CATALOGUE = ""
"""The scope of everything; that of a session is its key or id."""


class CatalogueStamps:
    """The stamps of this site's API (`core.api.freshness.Stamps`)."""

    resources = frozenset({*RESOURCES, "replays"})
    """What is made of the catalogue's rows, and of nothing else."""

    def scope_of(self, request: HttpRequest) -> str | None:
        address = ADDRESS.fullmatch(request.path_info)
        if address is None or address["resource"] not in self.resources:
            return None
        if address["resource"] == "sessions" and address["name"] is not None:
            return _scope_of_session(address["name"])
        session = request.GET.get("session", LATEST)
        # Which sessions those others mean may change without this one.
        alone = not any(NAMES_SESSIONS.fullmatch(name) for name in request.GET if name != "session")
        return _scope_of_session(session) if alone else CATALOGUE

    def read(self, scopes: Collection[str]) -> Mapping[str, Freshness]:
        sessions = session_stamps({scope for scope in scopes if scope != CATALOGUE})
        found = {
            name: Freshness(stamp.value, A_MINUTE) if stamp.finished else Freshness(stamp.value)
            for name, stamp in sessions.items()
        }
        if found.keys() != set(scopes):  # also for names that no session has: their answer says so
            everything = Freshness(catalogue_stamp())
            found |= {scope: everything for scope in scopes if scope not in found}
        return found


def _scope_of_session(name: str) -> str:
    return CATALOGUE if name == LATEST or not 0 < len(name) <= MAX_NAME or "\0" in name else name


stamps = CatalogueStamps()
