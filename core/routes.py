"""Which route an address takes, by a name that all addresses of the route share: `/api/v1/replays/<pk>/`."""

import re
from collections import OrderedDict

from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.http import HttpRequest
from django.urls import Resolver404, resolve

UNMATCHED = "unmatched"
STATIC = "static"
CONVERTER = re.compile(r"<\w+:")
REMEMBERED = 1000
"""Addresses: whoever thinks of new ones pushes out others."""


class Routes:
    """Knows the routes of addresses also where middleware answered, and no view was looked for."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._of_paths: OrderedDict[str, str] = OrderedDict()
        self._static = f"/{settings.STATIC_URL.lstrip('/')}"

    def of(self, request: HttpRequest) -> str:
        match = request.resolver_match
        if match is not None:
            return self._named(match.route)
        return self.of_path(request.path_info)

    def of_path(self, path: str) -> str:
        known = self._of_paths.get(path)
        if known is None:
            known = self._of_paths[path] = self._looked_up(path)
            if len(self._of_paths) > REMEMBERED:
                self._of_paths.popitem(last=False)
        return known

    def _looked_up(self, path: str) -> str:
        if path.startswith(self._static):
            return STATIC
        try:
            return self._named(resolve(path).route)
        except Resolver404:
            return UNMATCHED

    def _named(self, pattern: str) -> str:
        name = self._names.get(pattern)
        if name is None:
            name = self._names[pattern] = CONVERTER.sub("<", simplify_regex(pattern)).replace("\\", "")
        return name
