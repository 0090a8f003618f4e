from django.apps import AppConfig
from django.conf import settings

from core.log_records import leave_out_what_no_line_has


class SiteConfig(AppConfig):
    name = "f1site"

    def ready(self) -> None:
        from f1site import checks, log_in, observability  # noqa: F401  what listens registers itself

        observability.begin()
        if not settings.DEBUG:
            leave_out_what_no_line_has()
