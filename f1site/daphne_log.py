"""daphne's own line for each request, which has the query string, and with it tickets and tokens."""

import sys
from typing import Any


def without_queries() -> None:
    """Where daphne is what serves: its access log has no query strings, and is not on stdout, which has the site's own.

    daphne has no switch for that but to forgo its other messages; `--access-log FILE` is written as before.
    """
    access = sys.modules.get("daphne.access")
    if access is None:
        return
    write = access.AccessLogGenerator.write_entry

    def write_without_query(self: Any, host: Any, date: Any, request: str, *rest: Any, **more: Any) -> None:
        if self.stream is not sys.stdout:
            write(self, host, date, request.partition("?")[0], *rest, **more)

    access.AccessLogGenerator.write_entry = write_without_query
