"""A state in a coloured pill."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from seasons.models import SessionState

TONE_OF_SESSION = {
    SessionState.SCHEDULED: "quiet",
    SessionState.PENDING: "busy",
    SessionState.AVAILABLE: "good",
    SessionState.CANCELLED: "quiet",
    SessionState.FAILED: "bad",
}


def badge(text: str, tone: str, title: str = "") -> SafeString:
    """`tone`: good, busy, warn, bad, quiet. `title` is told on hovering."""
    return format_html('<span class="badge badge--{}" title="{}">{}</span>', tone, title, text)


def session_badge(state: str, reason: str = "") -> SafeString:
    known = SessionState(state)
    return badge(known.label, TONE_OF_SESSION[known], reason)
