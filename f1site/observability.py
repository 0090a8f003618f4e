"""What this site tells Sentry and an OpenTelemetry collector, each only where its setting is there.

Neither package is imported, nor needed, where it is not. Of people nothing is told: no address, header, cookie, query,
body or name; what else is personal, somebody has put into an error's words.
"""

import logging
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings

from core.log_text import without_secrets
from core.request_ids import current_request_id

if TYPE_CHECKING:
    from core.routes import Routes

logger = logging.getLogger(__name__)

EXTRAS = "pip install -r requirements-observability.txt"
PACKAGES = {"SENTRY_DSN": "sentry_sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": "opentelemetry.exporter.otlp.proto.http"}
"""What a setting needs, by name."""
TRACING = "core.middleware.tracing.TracingMiddleware"
LOGGERS_OF_LINES = ("core.requests", "core.sockets")
"""They log each answer from 500 on as an error, which it may not be: `/health/ready` that says no, say."""
KEPT_OF_REQUESTS = ("method", "url")


def is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # not even what it would be part of
        return False


def begin() -> None:
    """Reports errors from here on, where the settings say so; says what is missing. Once in each process."""
    for setting, package in PACKAGES.items():
        if getattr(settings, setting) and not is_installed(package):
            logger.warning("%s is set, but its package is not installed, and nothing is sent: %s", setting, EXTRAS)
    if settings.SENTRY_DSN and is_installed(PACKAGES["SENTRY_DSN"]):
        report_errors()


def report_errors() -> None:
    import sentry_sdk
    from sentry_sdk.integrations.django import DjangoIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=settings.APP_VERSION,
        environment=settings.ENVIRONMENT,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        # Errors alone: a socket would be a trace of an hour, and what is slow OpenTelemetry tells.
        traces_sample_rate=None,
        auto_session_tracking=False,
        send_client_reports=False,
        auto_enabling_integrations=False,
        integrations=[
            DjangoIntegration(middleware_spans=False, signals_spans=False),
            LoggingIntegration(level=None, event_level=logging.ERROR),
        ],
        before_send=told_of,
    )


def told_of(event: Any, hint: Any) -> Any:
    """An event as it may be sent; None: not at all."""
    if event.get("logger") in LOGGERS_OF_LINES and "exc_info" not in hint:
        return None
    for personal in ("user", "extra", "breadcrumbs"):
        event.pop(personal, None)
    request = event.get("request", {})
    event["request"] = {name: request[name] for name in KEPT_OF_REQUESTS if name in request}
    if "url" in request:
        event["request"]["url"] = url = without_secrets(request["url"].partition("?")[0])
        if url.startswith("http"):  # Sentry groups by it, and the SDK knows only Django's own handlers
            event["transaction"] = _routes().of_path(urlsplit(url).path)
    if (request_id := current_request_id.get()) is not None:
        event["tags"] = dict(event.get("tags") or {}) | {"request_id": request_id}
    if log_entry := event.get("logentry"):
        said = log_entry.get("formatted") or log_entry.get("message") or ""
        event["logentry"] = {"message": without_secrets(said), "formatted": without_secrets(said)}
    for error in event.get("exception", {}).get("values", ()):
        error["value"] = without_secrets(str(error.get("value") or ""))
    return event


@cache
def _routes() -> "Routes":
    from core.routes import Routes  # the settings import this module

    return Routes()


def reported(application: Any) -> Any:
    """An ASGI application whose errors are told with what was asked of it, those of sockets too."""
    if not settings.SENTRY_DSN or not is_installed(PACKAGES["SENTRY_DSN"]):
        return application
    from sentry_sdk.integrations.asgi import SentryAsgiMiddleware

    return SentryAsgiMiddleware(application)


def with_tracing(middleware: list[str], endpoint: str) -> list[str]:
    """The site's middleware, with that of traces where there is somewhere to send them. For the settings."""
    if not endpoint or not is_installed(PACKAGES["OTEL_EXPORTER_OTLP_ENDPOINT"]):
        return middleware
    place = middleware.index("core.middleware.metrics.MetricsMiddleware")
    return [*middleware[:place], TRACING, *middleware[place:]]
