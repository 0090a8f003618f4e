"""Which pages elsewhere may read answers: django-cors-headers decides, and is asked only where a page asks.

Without `Origin` there is nothing to allow. The package finds that out by way of `request.headers`, which parses all of
them and is a tenth of what the whole stack costs (`make bench`).
"""

from corsheaders.middleware import CorsMiddleware as Cors
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers


class CorsMiddleware(Cors):
    def add_response_headers(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if "HTTP_ORIGIN" in request.META:
            return super().add_response_headers(request, response)
        if self.is_enabled(request):
            patch_vary_headers(response, ("origin",))
        return response
