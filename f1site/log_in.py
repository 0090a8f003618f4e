"""Attempts to log in, which django-axes counts in the database by name and address: so for all processes at once.

Those that fail it logs too, without the name, since passwords get typed there; those that succeed are logged here.
"""

import logging
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.client_address import UNKNOWN, network_of

logger = logging.getLogger(__name__)

LONGEST_NAME = 150
"""Characters, of an account of Django's."""


def counted_address(request: HttpRequest) -> str:
    """Whom attempts are counted for: of a network by its first address, since axes stores nothing but addresses."""
    return network_of(request.META.get("REMOTE_ADDR", UNKNOWN)).partition("/")[0]


def counted_name(request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """Under which name: no longer than axes can store, and than any account's is. Django's form lets longer ones in."""
    name = request.POST.get("username", "") if credentials is None else credentials.get("username", "")
    return name[:LONGEST_NAME]


def locked_out(request: HttpRequest, _response: object, _credentials: object) -> HttpResponse:
    """The answer to whoever has failed too often, whether or not the password is right this time."""
    wait_s = int(settings.AXES_COOLOFF_TIME.total_seconds())
    return try_later(request, "Logging in under this name has failed too often from here.", wait_s)


def try_later(request: HttpRequest, why: str, wait_s: int) -> HttpResponse:
    minutes = -(-wait_s // 60)
    context = {**admin.site.each_context(request), "title": "Too many attempts", "why": why, "minutes": minutes}
    response = render(request, "f1site/locked_out.html", context, status=429)
    response["Retry-After"] = str(wait_s)
    response["Cache-Control"] = "no-store"
    return response


@receiver(user_logged_in)
def logged_in(request: HttpRequest, user: AbstractUser, **_told: Any) -> None:
    logger.info("Logged in: %s - IP: %s", user.get_username(), request.META.get("REMOTE_ADDR", UNKNOWN))
