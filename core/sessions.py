"""Sessions in the database, for keys that can be some: a cookie may have null bytes, at which PostgreSQL fails."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """A key that Django would never make is none, and nothing is looked up for it."""

    def _validate_session_key(self, key: str | None) -> bool:
        if key is None or not (key.isascii() and key.isalnum()):
            return False
        return super()._validate_session_key(key)  # type: ignore[misc]  # unknown to its stubs
