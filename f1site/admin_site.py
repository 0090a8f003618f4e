"""The admin's site: its name, and a start page that says what wants a look."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from core.attempts import LOG_INS
from f1site.admin_nonces import under_nonce


class CuratorSite(AdminSite):
    index_title = "What wants a look"
    index_template = "f1site/admin_start.html"

    @property
    def site_header(self) -> str:  # type: ignore[override]
        return settings.APP_NAME

    @property
    def site_title(self) -> str:  # type: ignore[override]
        return settings.APP_NAME

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, which every page but the log-in goes through; scripts of those run by their nonce."""
        page = super().admin_view(view, cacheable)

        @wraps(page)
        def under_policy(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return under_nonce(request, page(request, *args, **kwargs))

        return under_policy

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]
        """As Django's, for so many attempts a minute of one address."""
        from f1site.log_in import try_later  # which asks for this site

        if request.method == "POST" and (wait_s := LOG_INS.spend(request)) is not None:
            return try_later(request, "Too many attempts to log in came from here.", wait_s)
        return under_nonce(request, super().login(request, extra_context))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from f1site.start_page import start_page  # the models are not there yet when Django makes its site

        return super().index(request, {**(extra_context or {}), **start_page(self, request)})
