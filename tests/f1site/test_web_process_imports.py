"""The web process imports nothing that fetches or builds: it would cost 150 MB and seconds of start-up.

Nor what REST framework would import only because it is there, which is some more.
"""

import subprocess
import sys

from tests.f1site.environment import PROJECT, bare_environment

SERVE_NOTHING = """
import sys
import f1site.asgi
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

def walk(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield pattern.callback

views = list(walk(get_resolver().url_patterns))
loaded = {name.partition(".")[0] for name in sys.modules}
heavy = {"fastf1", "pandas", "matplotlib", "scipy", "drf_spectacular", "requests", "pygments", "yaml"} & loaded
print(len(views), *sorted(heavy))
"""


def test_serving_imports_neither_what_loads_data_nor_what_makes_the_openapi_document(tmp_path):
    finished = subprocess.run(
        [sys.executable, "-c", SERVE_NOTHING],
        cwd=PROJECT,
        env=bare_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    views, *heavy = finished.stdout.split()
    assert int(views) > 10
    assert heavy == []
