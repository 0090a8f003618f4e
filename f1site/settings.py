"""Settings, each from the environment or `.env`; `.env.example` lists them with a comment.

The environment's `ENV_FILE` names another file than `.env`, or, with /dev/null, none.
"""

import os
import sys
from pathlib import Path

from f1site.environment import database_from_url, read_environment, redis_layer

BASE_DIR = Path(__file__).resolve().parent.parent
env = read_environment(Path(os.environ.get("ENV_FILE", BASE_DIR / ".env")))

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

APP_NAME = env.str("APP_NAME", default="F1 Race Replay")
APP_VERSION = env.str("APP_VERSION", default="1.0.0")
ENVIRONMENT = env.str("ENVIRONMENT", default="development" if DEBUG else "production")
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)

# Daphne is `runserver`; what serves otherwise does without the 27 MB its imports cost.
INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "core",
    "seasons",
    "replays",
    "f1site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "f1site.urls"
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
            ],
        },
    },
]

DATABASES = {
    "default": database_from_url(
        env.str("DATABASE_URL", default=""),
        sqlite_file=BASE_DIR / "db.sqlite3",
        pool_size=env.int("DB_POOL_SIZE", default=10),
        max_overflow=env.int("DB_MAX_OVERFLOW", default=20),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CHANNEL_LAYERS = {
    "default": (
        {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": redis_layer(REDIS_URL, prefix="f1replay"),
        }
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    )
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_STORAGE_BACKEND = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)

FASTF1_CACHE_DIR = Path(env.str("FASTF1_CACHE_DIR", default=str(BASE_DIR / "var" / "fastf1")))
FASTF1_OFFLINE = env.bool("FASTF1_OFFLINE", default=False)
REPLAY_STORAGE = env.str("REPLAY_STORAGE", default=str(BASE_DIR / "var" / "replays"))
REPLAY_FPS = env.int("REPLAY_FPS", default=30)
MAX_CONCURRENT_REPLAYS = env.int("MAX_CONCURRENT_REPLAYS", default=100)
WS_CONNECTIONS_PER_IP = env.int("WS_CONNECTIONS_PER_IP", default=50)
CORS_ORIGINS = env.list("CORS_ORIGINS", default=[])

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_STORAGE_BACKEND},
    "replays": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": REPLAY_STORAGE, "base_url": None},
    },
}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "UNAUTHENTICATED_USER": None,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s | %(levelname)-8s | %(name)s | %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
