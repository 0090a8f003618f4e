from django.db import models
from django.db.models import Q
from rest_framework_api_key.models import AbstractAPIKey


class TokenScope(models.TextChoices):
    """What a token lets its holder do; each scope includes those before it."""

    READ = "read", "Read what is not for everyone"
    BUILD = "build", "Ask for builds and cancel them"


class Token(AbstractAPIKey):
    """A key with which a program asks the API. Only its hash is stored: what it is can be seen when it is made."""

    scope = models.CharField(max_length=10, choices=TokenScope, default=TokenScope.READ)

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "API token"
        verbose_name_plural = "API tokens"
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=TokenScope.values), name="core_token_scope_known"),
        ]

    def allows(self, scope: TokenScope) -> bool:
        scopes = TokenScope.values
        return scopes.index(self.scope) >= scopes.index(scope)
