"""Which pages elsewhere may read answers: django-cors-headers decides, and is asked only where a page asks.

Without `Origin` there is nothing to allow. The package finds that out by way of `request.headers`, which parses all of
them and is a tenth of what the whole stack costs (`make bench`), and asks receivers of a signal, which this site has
none of.
"""

import re

from corsheaders.middleware import CorsMiddleware as Cors
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from core.vary import vary_on


class CorsMiddleware(Cors):
    def is_enabled(self, request: HttpRequest) -> bool:
        return re.match(settings.CORS_URLS_REGEX, request.path_info) is not None

    def add_response_headers(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if "HTTP_ORIGIN" in request.META:
            return super().add_response_headers(request, response)
        if self.is_enabled(request):
            vary_on(response, "origin")
        return response
