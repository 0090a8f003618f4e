"""Where what is known of a session came from, in a line."""

from django.utils import timezone

from seasons.models import Session, SourceKind


def provenance_text(session: Session) -> str:
    """`FastF1 3.9.0, imported 2025-03-16 08:12 UTC`."""
    if session.imported_at is None:
        return "not imported yet"
    reader = f"FastF1 {session.fastf1_version}".strip()
    known = dict(SourceKind.choices).get(session.source_kind, session.source_kind)
    source = reader if session.source_kind == SourceKind.FASTF1 else f"{known}, read by {reader}"
    at = timezone.localtime(session.imported_at, timezone.get_default_timezone())
    return f"{source}, imported {at:%Y-%m-%d %H:%M} UTC"
