"""The way past what only pages need of Django's middleware.

A request of the API without cookies has no session: nobody is logged in, there is no form and there are no messages.
What sees to those, and looks for static files, is a third of what the whole stack costs it (`make bench`).
"""

from collections.abc import Callable, Sequence
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from core.middleware.rate_limit import API

Handler = Callable[[HttpRequest], Any]


class PagesMiddleware:
    """Belongs before the middleware that the setting PAGE_MIDDLEWARE names, all of it and in that order."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.beyond = beyond(get_response, settings.PAGE_MIDDLEWARE) or get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if not request.META.get("HTTP_COOKIE") and API.match(request.path_info):
            return self.beyond(request)
        return self.get_response(request)


def beyond(handler: Handler, middleware: Sequence[str]) -> Handler | None:
    """What follows after `middleware`, with which `handler` begins. None where there is no way past it: in a site that
    is half asynchronous Django puts bridges between."""
    following: Any = handler
    for name in middleware:
        instance = getattr(following, "__wrapped__", None)  # Django has each in a function that handles exceptions
        if not isinstance(instance, import_string(name)):
            return None
        following = instance.get_response
    return following
