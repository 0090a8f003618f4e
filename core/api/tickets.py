"""Tickets over HTTP: for whoever is logged in, and for tokens."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.cache import patch_vary_headers
from rest_framework import status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.authentication import STAFF_OR_TOKEN
from core.api.body import StrictJSON
from core.api.described import JSON, Body, Described
from core.api.parameters import check_names
from core.models import Token
from core.tickets import VALID_S, Holder, new_ticket

EXAMPLE = {
    "ticket": "WyJ0b2tlbiIsIlE4eE0uLi4iLCJ0Wm0xIl0.1uXk3b.uU9cB8m0Cq2wVf6r1TzS4nYx7pLk3HdJ5gEa0oQiRtM",
    "expires": "2026-03-08T05:04:31Z",
}
TICKET = {
    "type": "object",
    "description": "A ticket.",
    "required": list(EXAMPLE),
    "properties": {
        "ticket": {"type": "string", "description": "For `?ticket=` of a socket's address; needs no quoting."},
        "expires": {"type": "string", "format": "date-time", "description": "Until when it is good, UTC."},
    },
}


class Known(BasePermission):
    """Whoever is logged in, and tokens of every scope."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Token) or bool(request.user and request.user.is_authenticated)


class TicketView(APIView):
    """By a ticket a socket is told who opens it. It is good once, and for 30 seconds.

    Sockets are open to everyone: one without a ticket is nobody's, one with a wrong ticket is refused.
    """

    authentication_classes = STAFF_OR_TOKEN
    permission_classes = (Known,)
    parser_classes = (StrictJSON,)
    described: ClassVar = {
        "post": Described(
            "Ask for a ticket",
            {JSON: Body(TICKET, EXAMPLE)},
            {status.HTTP_201_CREATED: f"A new ticket, good once within {VALID_S} seconds."},
            refusals=(400, 401, 403),
            is_cached=False,
        )
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_names(request.query_params, ())

    def post(self, request: Request) -> Response:
        holder = request.auth if isinstance(request.auth, Token) else request.user
        assert isinstance(holder, Holder), "permission_classes let nobody else through"
        ticket, expires = new_ticket(holder, timezone.now())
        return Response({"ticket": ticket, "expires": expires}, status.HTTP_201_CREATED)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response
