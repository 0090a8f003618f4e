"""Tokens: made here or by `create_token`, shown once, revoked for good."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from rest_framework_api_key.admin import APIKeyModelAdmin
from rest_framework_api_key.models import APIKey

from core.models import Token

admin.site.unregister(APIKey)
"""The library's own, which this site has no use for."""


@admin.register(Token)
class TokenAdmin(APIKeyModelAdmin):
    list_display = ("name", "prefix", "scope", "created", "expiry_date", "_has_expired", "revoked")  # type: ignore[assignment]
    list_filter = ("scope", "revoked")  # type: ignore[assignment]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What a token may do is settled when it is handed out."""
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else (*fields, "scope")
