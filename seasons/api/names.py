"""How seasons, sessions and the rest are called in paths and filters. Hidden sessions have no name here."""

from django.db.models import F, QuerySet

from core.api.names import Names
from seasons.models import Circuit, Driver, Entry, Event, Season, Session, SessionState, Team

BEGUN = (SessionState.PENDING, SessionState.AVAILABLE)
NEWEST_FIRST = (F("start").desc(nulls_last=True), "-pk")


def published_sessions() -> QuerySet[Session]:
    return Session.objects.filter(published=True)


def published_entries() -> QuerySet[Entry]:
    return Entry.objects.filter(session__published=True)


def latest_session() -> int | None:
    """The newest that was imported; else the newest that has begun. An invented one only where there is no other."""
    imported = published_sessions().filter(imported_at__isnull=False).order_by("event__is_demo", *NEWEST_FIRST)
    begun = published_sessions().filter(state__in=BEGUN).order_by(*NEWEST_FIRST)
    return _first(imported) or _first(begun)


def _first(sessions: QuerySet[Session]) -> int | None:
    return sessions.values_list("pk", flat=True).first()


def latest_season() -> int | None:
    """That of the latest session; without any session the newest."""
    session = latest_session()
    if session is None:
        return Season.objects.order_by("-year").values_list("pk", flat=True).first()
    return Session.objects.values_list("event__season_id", flat=True).get(pk=session)


SEASONS = Names("season", Season.objects.all, latest_season)
EVENTS = Names("event", Event.objects.all)
SESSIONS = Names("session", published_sessions, latest_session)
CIRCUITS = Names("circuit", Circuit.objects.all)
DRIVERS = Names("driver", Driver.objects.all)
TEAMS = Names("team", Team.objects.all)
ENTRIES = Names("entry", published_entries)
