"""Settings of servers that tests start with DEBUG off: the site's own, but static files come from their sources."""

from f1site.settings import *  # noqa: F403
from f1site.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
