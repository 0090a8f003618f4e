"""Attempts to get in: how many an address may make in a minute. django-ratelimit counts them.

It counts in the thread of the request, in Django's cache, and by minutes of the clock: twice the rate may pass across
the edge of one. For guessing that does not matter, and it is asked for log-ins and wrong tokens alone. What every
request of the API meets is `core.middleware.rate_limit`.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from django_ratelimit.core import get_usage

from core.client_address import network_of


def address_key(_group: str, request: HttpRequest) -> str:
    """For django-ratelimit: whose attempt it is."""
    return network_of(request.META["REMOTE_ADDR"])


@dataclass(frozen=True)
class Attempts:
    """Of one kind. `rate` as django-ratelimit writes it: `20/m`."""

    kind: str
    rate: str

    def wait_s(self, request: HttpRequest) -> int | None:
        """Seconds until this address may try again; None where it may now. Counts nothing."""
        usage = get_usage(request, group=self.kind, key=address_key, rate=self.rate)
        return None if usage is None or usage["count"] < usage["limit"] else max(usage["time_left"], 1)

    def spend(self, request: HttpRequest) -> int | None:
        """Count one; seconds until this address may try again where it was one too many."""
        usage = get_usage(request, group=self.kind, key=address_key, rate=self.rate, increment=True)
        return None if usage is None or not usage["should_limit"] else max(usage["time_left"], 1)


LOG_INS = Attempts("log-ins", "20/m")
"""Under any names: how often one name may fail is django-axes' to count."""
WRONG_TOKENS = Attempts("wrong tokens", "20/m")
