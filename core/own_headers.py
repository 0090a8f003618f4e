"""Headers of answers whose text is the site's own."""

from django.http import HttpResponseBase


def put(response: HttpResponseBase, name: str, value: str) -> None:
    """As `response[name] = value`, for visible ASCII that is known to be that: Django looks in each for what could
    break a line, which for those that every answer of the API has is 4 % of what the whole stack costs."""
    response.headers._store[name.lower()] = (name, value)
