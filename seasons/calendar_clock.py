"""Sessions whose time has come: what the calendar knows of them moves on by itself."""

from datetime import UTC, datetime, time

from django.db.models import Q

from seasons.models import Session, SessionState
from seasons.publication import state_at
from seasons.records import EventRecord, SessionRecord
from seasons.stamps import one_touch, touch_session


def advance_states(now: datetime) -> int:
    """Move sessions on from scheduled to pending to available, as it is at `now` (aware); returns how many.

    Those that were imported, are locked or invented keep what is said of them.
    """
    begun = Q(start__lte=now) | Q(start__isnull=True, event__date__lte=now.date())
    waiting = Session.objects.filter(
        begun,
        state__in=[SessionState.SCHEDULED, SessionState.PENDING],
        imported_at__isnull=True,
        locked=False,
        event__is_demo=False,
    ).select_related("event__season")
    moved = 0
    for session in waiting:
        state = state_at(_record(session), now)
        if state == session.state:
            continue
        with one_touch():
            # Whoever imported or locked it in between was right.
            still = Session.objects.filter(pk=session.pk, state=session.state, imported_at__isnull=True, locked=False)
            if still.update(state=state):
                touch_session(session.pk)
                moved += 1
    return moved


def _record(session: Session) -> SessionRecord:
    event = session.event
    return SessionRecord(
        event=EventRecord(
            year=event.season.year,
            name=event.name,
            official_name=event.official_name,
            location=event.location,
            country=event.country,
            date=datetime.combine(event.date, time(), UTC),
            round_number=event.round_number,
            is_testing=event.is_testing,
        ),
        kind=session.kind,
        name=session.name,
        start=session.start,
        utc_offset_s=session.utc_offset_s,
    )
