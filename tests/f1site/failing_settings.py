"""Settings of servers that tests start with DEBUG off, at which some addresses fail on their way."""

from tests.served_settings import *  # noqa: F403

ROOT_URLCONF = "tests.f1site.failing_urls"
