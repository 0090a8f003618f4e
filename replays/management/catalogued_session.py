"""The session that a command is asked for by its key or id."""

from django.core.management import CommandError

from seasons.models import Session

UNKNOWN_KEY = 2


def find_session(key: str) -> Session:
    """Raises CommandError."""
    sessions = Session.objects.select_related("event__season")
    session = sessions.filter(key=key).first() or sessions.filter(public_id=key).first()
    if session is None:
        raise CommandError(
            f"no session '{key}' in the catalogue: warm_cache brings sessions in", returncode=UNKNOWN_KEY
        )
    return session
