"""Django's system checks of this site."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks

TAG = "settings"


@register(TAG)
def settings_make_sense(**_: Any) -> list[CheckMessage]:
    """E001, for each variable of the environment that is wrong."""
    return [Error(fault, hint="All settings, with defaults: .env.example", id="f1site.E001") for fault in faults()]


def faults() -> tuple[str, ...]:
    return settings.SETTING_FAULTS


def wrong_settings() -> list[str]:
    """A line for each; for who starts the site before the applications are there that other checks ask."""
    return [str(message.msg) for message in run_checks(tags=[TAG])]
