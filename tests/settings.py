"""Settings of the tests: the site's own, read from an environment that no `.env` and no shell decides.

A settings module, and not a conftest, because pytest-django loads the settings before any conftest. Tests run on
PostgreSQL where there is one, since that is what production has, else on SQLite. An empty TEST_DATABASE_URL asks for
SQLite.
"""

import os
import re
from pathlib import Path

from tests.services import POSTGRES_URL, why_no_postgres

PROJECT = Path(__file__).resolve().parent.parent

for name in re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE):
    os.environ.pop(name, None)
os.environ |= {
    "ENV_FILE": os.devnull,
    "DEBUG": "true",
    "SECRET_KEY": "a-key-for-tests-that-protects-nothing-but-is-long-enough-to-be-accepted",
    "DATABASE_URL": "" if why_no_postgres() else POSTGRES_URL,
}

from f1site.settings import *  # noqa: E402, F403
from f1site.settings import DATABASES, MIDDLEWARE  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Its own for each run: two runs on one server would drop each other's.
    DATABASES["default"]["TEST"] = {"NAME": f"test_f1_{os.getpid()}"}
    # A pool keeps connections of the sockets' threads open, and the test database cannot be dropped then.
    DATABASES["default"]["OPTIONS"].pop("pool", None)

# What makes a password hard to guess takes a quarter of a second for each curator that a test has.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# pytest-django turns DEBUG off, and nothing is collected for a test.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

# Django's test client has no event loop: the one that this would start for it works in another thread, which does not
# see the rows of a test. What is tested through a server has the settings of the site.
MIDDLEWARE.remove("core.middleware.crossing.CrossingMiddleware")
