"""Who asks: the holder of a token, or staff that is logged in."""

from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api.tokens import bearer_token, checked_token
from core.models import Token, TokenScope

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. One query; the comparison takes the same time whatever is compared.

    Guessing is limited: `core.api.tokens`.
    """

    def authenticate(self, request: Request) -> tuple[None, Token] | None:
        """Nothing for requests that bring no token. Raises AuthenticationFailed, and Throttled."""
        text = bearer_token(get_authorization_header(request).decode("latin-1"))
        return None if text is None else (None, checked_token(request._request, text))

    def authenticate_header(self, request: Request) -> str:
        failed = "" if request.headers.get("Authorization") is None else ', error="invalid_token"'
        return f'Bearer realm="api"{failed}'


class StaffOrToken(BasePermission):
    """Staff may do everything, tokens what their scope allows."""

    message = "This is for staff, and for tokens of the scope that it needs."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if isinstance(request.auth, Token):
            return request.auth.allows(TokenScope.READ if request.method in SAFE_METHODS else TokenScope.BUILD)
        return bool(request.user and request.user.is_staff)


STAFF_OR_TOKEN = (TokenAuthentication, SessionAuthentication)
"""In this order: the first one says how to come back after a 401."""


def name_of(request: Request) -> str:
    """Who asks, for records."""
    return f"token {request.auth.name}" if isinstance(request.auth, Token) else request.user.get_username()
