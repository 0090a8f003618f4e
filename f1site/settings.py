"""Settings, each from the environment or `.env`; `.env.example` lists them with a comment.

The environment's `ENV_FILE` names another file than `.env`, or, with /dev/null, none.
"""

import sys
from datetime import timedelta
from pathlib import Path

from core.content_policy import CSP
from core.request_sizes import MAX_BODY_BYTES
from f1site.api_versions import VERSIONS
from f1site.databases import database_settings, pool_options, sqlite_file
from f1site.environment import read_environment
from f1site.observability import with_tracing
from f1site.redis_settings import channel_layers, django_caches
from f1site.replay_storage import folder_settings, storage_settings
from f1site.setting_values import (
    KEY_MISSING,
    admin_path,
    allowed_host,
    folder,
    folder_to_write,
    http_url,
    listening_host,
    origin,
    redis_url,
    secret_key,
)

BASE_DIR = Path(__file__).resolve().parent.parent
env = read_environment(BASE_DIR / ".env")

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "", secret_key, is_secret=True)
if not SECRET_KEY and not env.faults.keys() & {"DEBUG", "SECRET_KEY"}:
    if DEBUG:
        SECRET_KEY = "django-insecure-and-known-to-everyone-who-reads-the-source"  # noqa: S105  protects nothing
    else:
        env.faults["SECRET_KEY"] = KEY_MISSING
ALLOWED_HOSTS = env.each("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"], allowed_host)

APP_NAME = env.text("APP_NAME", "F1 Race Replay")
APP_VERSION = env.text("APP_VERSION", "1.0.0")
ENVIRONMENT = env.text("ENVIRONMENT", "development" if DEBUG else "production")
HOST = env.text("HOST", "127.0.0.1", listening_host)
PORT = env.whole("PORT", 8000, low=0, high=65535)

SENTRY_DSN = env.text("SENTRY_DSN", "", http_url, is_secret=True)
OTEL_EXPORTER_OTLP_ENDPOINT = env.text("OTEL_EXPORTER_OTLP_ENDPOINT", "", http_url)

# Daphne is `runserver`; what serves otherwise does without the 27 MB its imports cost.
INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv else []),
    "f1site.admin_app.CuratorAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "rest_framework_api_key",
    "axes",
    # The files of the pages that show the API. drf-spectacular itself only makes the document, and is no app here.
    "drf_spectacular_sidecar",
    "core",
    "seasons",
    "replays",
    "f1site",
]

# In production alone; what developers look at is to be easy to look at.
PRODUCTION_MIDDLEWARE = {
    "core.middleware.security_headers.SecurityHeadersMiddleware",
    "core.middleware.error_masking.ErrorMaskingMiddleware",
    "core.middleware.trusted_hosts.TrustedHostsMiddleware",
    "core.middleware.rate_limit.RateLimitMiddleware",
}
DEVELOPMENT_MIDDLEWARE = {"core.middleware.error_details.ErrorDetailsMiddleware"}
PAGE_MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "axes.middleware.AxesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
# Outermost first.
MIDDLEWARE = [
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
    # From here on in a thread: Django's own would each cross on their own, if one were left outside.
    "core.middleware.crossing.CrossingMiddleware",
    "core.middleware.gzip.GzipMiddleware",
    "core.middleware.pages.PagesMiddleware",
    *PAGE_MIDDLEWARE,
    "core.middleware.crossing.give_back_connections",
]
OTHERS_MIDDLEWARE = PRODUCTION_MIDDLEWARE if DEBUG else DEVELOPMENT_MIDDLEWARE
MIDDLEWARE = with_tracing([name for name in MIDDLEWARE if name not in OTHERS_MIDDLEWARE], OTEL_EXPORTER_OTLP_ENDPOINT)

# axes first: it refuses who has failed too often, and lets the next one look at the password.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # by name alone, anybody could lock out anybody
AXES_CLIENT_IP_CALLABLE = "f1site.log_in.counted_address"
AXES_USERNAME_CALLABLE = "f1site.log_in.counted_name"
AXES_LOCKOUT_CALLABLE = "f1site.log_in.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False  # `manage.py axes_reset` lets everybody in again
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username"]  # not in log lines: passwords get typed there too

ROOT_URLCONF = "f1site.urls"
API_VERSIONS = VERSIONS
API_STAMPS = "seasons.api.freshness.stamps"
ASGI_APPLICATION = "f1site.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.content_policy.csp",
            ],
        },
    },
]

DATABASES = {
    "default": env.text(
        "DATABASE_URL",
        sqlite_file(BASE_DIR / "db.sqlite3"),
        lambda url: database_settings(url, base=BASE_DIR),
        is_secret=True,
    )
}
DB_POOL_SIZE = env.whole("DB_POOL_SIZE", 10, low=1, high=1000)
DB_MAX_OVERFLOW = env.whole("DB_MAX_OVERFLOW", 20, low=0, high=1000)
if DATABASES["default"]["ENGINE"] == "core.postgresql":
    DATABASES["default"]["OPTIONS"]["pool"] = pool_options(DB_POOL_SIZE, DB_MAX_OVERFLOW)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "", redis_url, is_secret=True)
CACHES = django_caches(REDIS_URL, prefix="f1replay")
CHANNEL_LAYERS = channel_layers(REDIS_URL, prefix="f1replay")
ROOMS_PREFIX = "f1replay:rooms:"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = "f1site.formats"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_STORAGE_BACKEND = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)

FASTF1_CACHE_DIR = env.text("FASTF1_CACHE_DIR", BASE_DIR / "var" / "fastf1", lambda given: folder(given, BASE_DIR))
FASTF1_OFFLINE = env.flag("FASTF1_OFFLINE", default=False)
REPLAY_FPS = env.whole("REPLAY_FPS", 30, low=1, high=60)
MAX_CONCURRENT_REPLAYS = env.whole("MAX_CONCURRENT_REPLAYS", 100, low=1, high=100_000)
WS_CONNECTIONS_PER_IP = env.whole("WS_CONNECTIONS_PER_IP", 50, low=1, high=100_000)
RATE_LIMIT_PER_MINUTE = env.whole("RATE_LIMIT_PER_MINUTE", 60, low=0, high=1_000_000)
RATE_LIMIT_BULK = r"/api/(?:v[0-9]+/)?replays/[^/]+/chunks/[0-9]+/?"
# django-ratelimit, which counts log-ins and wrong tokens (`core.attempts`).
RATELIMIT_ENABLE = not DEBUG
RATELIMIT_USE_CACHE = "attempts" if REDIS_URL else "default"
TRUSTED_PROXY_HOPS = env.whole("TRUSTED_PROXY_HOPS", 0, low=0, high=10)
CORS_ORIGINS = env.each("CORS_ORIGINS", [], origin)
ADMIN_PATH = env.text("ADMIN_PATH", "admin/", admin_path)

LOG_FORMAT = env.choice("LOG_FORMAT", "text", ("text", "json"))
PROMETHEUS_MULTIPROC_DIR = env.text("PROMETHEUS_MULTIPROC_DIR", "", lambda given: str(folder_to_write(given, BASE_DIR)))

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_STORAGE_BACKEND},
    "replays": env.text(
        "REPLAY_STORAGE",
        folder_settings(BASE_DIR / "var" / "replays"),
        lambda given: storage_settings(given, base=BASE_DIR),
    ),
}

# corsheaders is no app here: it would only check again what is checked already.
CORS_ALLOWED_ORIGINS = CORS_ORIGINS
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/(?:api(?:/|$)|health|openapi\.json|docs/)"
CORS_ALLOW_METHODS = ("GET", "HEAD", "OPTIONS", "POST")
CORS_ALLOW_HEADERS = ("accept", "authorization", "content-type", "if-none-match", "x-csrftoken", "x-request-id")
CORS_EXPOSE_HEADERS = (
    "Content-Disposition",
    "Deprecation",
    "ETag",
    "Link",
    "Location",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "Sunset",
    "X-Process-Time",
    "X-Request-ID",
)
CORS_PREFLIGHT_MAX_AGE = 7200  # no browser believes more

# Of pages that do not have a stricter one, as the admin's (`f1site.admin_nonces`) and the viewer's.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
CSRF_FAILURE_VIEW = "core.errors.no_csrf_token"
# Browsers take `__Host-` only from this very host, over HTTPS, for all of it.
COOKIE_PREFIX = "" if DEBUG else "__Host-"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "core.sessions"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # not in a cookie of its own
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Where no server with `core.request_sizes` stands in front.
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
# Both miss Django's own middleware for headers: core.middleware.security_headers does its work, around more of them.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002"]

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["core.api.rendering.FastJSON"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.rendering.OneForm",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "EXCEPTION_HANDLER": "core.problems.problem_response",
    # `format` is a parameter of our own, and `Accept` decides nothing.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]+",
    # As declared: resources and columns are in the order in which people want to read them.
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enum_id_removal"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "core.log_formats.TextLines"},
        "json": {"()": "core.log_formats.JsonLines"},
    },
    "handlers": {"stderr": {"class": "core.log_output.UnwaitingHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own handlers would write everything once more, as it came.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # What was refused stands in the request's own line; errors stand here.
        "django.request": {"level": "ERROR"},
        # Refused too, but by Django as errors with a stack trace, as many as anybody likes to send.
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
        "django.security.TooManyFilesSent": {"level": "CRITICAL"},
        "django.security.RequestDataTooBig": {"level": "CRITICAL"},
        # Of `runserver`, with the query strings.
        "django.channels.server": {"level": "ERROR"},
        # Failures are told; what is cleaned up at each log-in is nobody's concern.
        "axes": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        # Where uvicorn is started by itself: in the site's format, and without the lines that have query strings.
        "uvicorn": {"handlers": [], "propagate": True},
        "uvicorn.error": {"handlers": [], "propagate": True},  # named, or it would lose its level
        "uvicorn.access": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}

SETTING_FAULTS = tuple(env.faults.values())
"""A line for each variable that is wrong. `f1site.checks` makes errors of them: nothing starts with one."""
