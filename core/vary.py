"""`Vary`, which nearly every answer has: Django's own function takes it apart and together each time."""

from django.http import HttpResponseBase

from core.own_headers import put

HEADER = "Vary"
ALL = "*"


def vary_on(response: HttpResponseBase, name: str) -> None:
    """Tell caches that the answer depends on the request's header `name`, too."""
    said = response.headers.get(HEADER)
    if said is None:
        put(response, HEADER, name)
        return
    names = [one.strip().lower() for one in said.split(",")]
    if ALL not in names and name.lower() not in names:
        put(response, HEADER, f"{said}, {name}")
