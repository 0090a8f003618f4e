"""Tickets: by which whoever is known to the API says who they are where no header can be sent, as on a socket.

Signed, so that no table is needed; of the time at which they were made, and marked as used in the cache: a ticket that
somebody reads in a log or in a browser's history is of no use any more.
"""

import logging
import secrets
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.core.cache import cache

from core.models import Token

logger = logging.getLogger(__name__)

Holder = Token | AbstractUser

VALID_S = 30
REMEMBERED_S = VALID_S + 60
"""How long it is known that a ticket was used: machines whose clocks differ by less agree."""
MAX_CHARACTERS = 300

TOKEN, USER = "token", "user"
_signer = signing.TimestampSigner(salt="core.tickets", sep=".")


class WrongTicket(Exception):
    """The message says why, and is for whoever brought it."""


class TicketsUnavailable(Exception):
    """Whether a ticket was used before cannot be said now."""


def new_ticket(holder: Holder, now: datetime) -> tuple[str, datetime]:
    """Of characters that need no quoting in a URL; and until when it is good.

    It can be read: of a token it has the prefix, which is no secret, and not the primary key, which has its hash.
    """
    kind, key = (TOKEN, holder.prefix) if isinstance(holder, Token) else (USER, holder.pk)
    return _signer.sign_object([kind, key, secrets.token_urlsafe(12)]), now + timedelta(seconds=VALID_S)


def redeem(ticket: str) -> Holder:
    """Whose it is; from now on it is used. Blocking.

    Raises WrongTicket for one that is used, expired, no ticket of ours, or of somebody who may not log in any more;
    TicketsUnavailable.
    """
    kind, key, nonce = _unsigned(ticket)
    try:
        is_first = cache.add(f"ticket:{nonce}", 1, REMEMBERED_S)
    except Exception as error:  # whatever the cache's client raises
        logger.warning("tickets cannot be checked: the cache does not answer (%s)", type(error).__name__)
        raise TicketsUnavailable from error
    if not is_first:
        raise WrongTicket("this ticket was used before: ask for a new one")
    holder = _token(key) if kind == TOKEN else _user(key)
    if holder is None:
        raise WrongTicket("whoever this ticket was made for may not log in any more")
    return holder


def _unsigned(ticket: str) -> tuple[str, str | int, str]:
    if len(ticket) > MAX_CHARACTERS:
        raise WrongTicket("this is no ticket of this site")
    try:
        kind, key, nonce = _signer.unsign_object(ticket, max_age=VALID_S)
    except signing.SignatureExpired:
        raise WrongTicket(f"this ticket is older than {VALID_S} seconds: ask for a new one") from None
    except signing.BadSignature:
        raise WrongTicket("this is no ticket of this site") from None
    return kind, key, nonce


def _token(key: str | int) -> Token | None:
    token = Token.objects.filter(prefix=key, revoked=False).first()
    return None if token is None or token.has_expired else token


def _user(key: str | int) -> AbstractUser | None:
    return get_user_model().objects.filter(pk=key, is_active=True).first()
