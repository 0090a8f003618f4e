"""What every request goes through, as the settings put it together."""

import json
import subprocess
import sys

import pytest
from asgiref.sync import iscoroutinefunction
from django.utils.module_loading import import_string

from tests.f1site.environment import PROJECT, bare_environment

LOOP = [
    "core.middleware.request_id.RequestIdMiddleware",
    "core.middleware.request_log.RequestLogMiddleware",
    "core.middleware.metrics.MetricsMiddleware",
    "core.middleware.security_headers.SecurityHeadersMiddleware",
    "core.middleware.cors.CorsMiddleware",
    "core.middleware.error_masking.ErrorMaskingMiddleware",
    "core.middleware.error_details.ErrorDetailsMiddleware",
    "core.middleware.trusted_hosts.TrustedHostsMiddleware",
    "core.middleware.request_sizes.RequestSizesMiddleware",
    "core.middleware.health.HealthMiddleware",
    "core.middleware.api_versions.ApiVersionsMiddleware",
    "core.middleware.rate_limit.RateLimitMiddleware",
    "core.middleware.answers.AnswersMiddleware",
]
CROSSING = "core.middleware.crossing.CrossingMiddleware"
THREAD = [
    "core.middleware.gzip.GzipMiddleware",
    "core.middleware.pages.PagesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "axes.middleware.AxesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.middleware.crossing.give_back_connections",
]
PRODUCTION_ONLY = {
    "core.middleware.security_headers.SecurityHeadersMiddleware",
    "core.middleware.error_masking.ErrorMaskingMiddleware",
    "core.middleware.trusted_hosts.TrustedHostsMiddleware",
    "core.middleware.rate_limit.RateLimitMiddleware",
}
DEVELOPMENT_ONLY = {"core.middleware.error_details.ErrorDetailsMiddleware"}

LAYERS = """
import json
from f1site.asgi import application
from django.conf import settings
layers, inner = [], application
while inner is not None:
    layers.append(type(inner).__name__)
    inner = next((getattr(inner, name) for name in ("application", "app") if hasattr(inner, name)), None)
    if hasattr(inner, "application_mapping"):
        layers.append(type(inner).__name__)
        inner = inner.application_mapping["http"]
print(json.dumps({"asgi": layers, "middleware": settings.MIDDLEWARE}))
"""


def rendered(folder, *, debug: bool) -> dict[str, list[str]]:
    environment = bare_environment(folder, DEBUG=str(debug).lower(), DJANGO_SETTINGS_MODULE="f1site.settings")
    command = [sys.executable, "-c", LAYERS]
    run = subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(("debug", "others"), [(True, PRODUCTION_ONLY), (False, DEVELOPMENT_ONLY)])
def test_the_order_is_the_designs_and_development_and_production_have_their_own(tmp_path, debug, others):
    stack = rendered(tmp_path, debug=debug)

    assert stack["middleware"] == [name for name in [*LOOP, CROSSING, *THREAD] if name not in others]
    assert stack["asgi"] == [
        "ConnectedPeer",
        "DaphneSockets",
        "SocketEnds",
        "ClientAddress",
        "ProtocolTypeRouter",
        "RequestSizes",
        "LeanHandler",
    ]


@pytest.mark.parametrize("name", LOOP)
def test_nothing_before_the_crossing_leaves_the_loop_and_all_of_it_works_without_one(name):
    middleware = import_string(name)
    assert (middleware.sync_capable, middleware.async_capable) == (True, True)


@pytest.mark.parametrize("name", [name for name in LOOP if name.startswith("core.")])
@pytest.mark.parametrize("is_async", [True, False])
def test_what_a_middleware_is_depends_on_what_is_in_it(settings, name, is_async):
    """Django's adapters would cross once more for each that is not what it is asked to be."""
    settings.DEBUG = name in DEVELOPMENT_ONLY

    async def inner_async(request): ...
    def inner(request): ...

    assert iscoroutinefunction(import_string(name)(inner_async if is_async else inner)) is is_async
