"""Middleware asked both ways: by Django's synchronous client, and by its asynchronous one."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponseBase
from django.test import AsyncClient, Client

Ask = Callable[..., HttpResponseBase]


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """`ask(address, method="get", **arguments of the client)`; the middleware is that of the settings when called."""

    def asked(address: str, method: str = "get", **arguments: Any) -> HttpResponseBase:
        if request.param == "sync":
            return getattr(Client(), method)(address, **arguments)
        return async_to_sync(getattr(AsyncClient(), method))(address, **arguments)

    return asked
