"""When a session can be had: from its start and its length alone. No Django here, and no clock."""

from datetime import datetime, timedelta
from typing import Literal

from seasons.records import SessionRecord

PublicationState = Literal["scheduled", "pending", "available"]

NOMINAL_MINUTES: dict[str, int] = {
    "practice-1": 60,
    "practice-2": 60,
    "practice-3": 60,
    "qualifying": 60,
    "sprint-qualifying": 45,
    "sprint": 60,
    "race": 120,
}
TEST_DAY_MINUTES = 10 * 60
OLD_PRACTICE_MINUTES = 90
LAST_YEAR_OF_OLD_PRACTICE = 2020
PUBLISHED_AFTER = timedelta(minutes=60)
"""F1 publishes a session 20 to 60 minutes after its end."""


def nominal_length(session: SessionRecord) -> timedelta:
    """How long the session lasts unless it is stopped."""
    if session.event.is_testing:
        return timedelta(minutes=TEST_DAY_MINUTES)
    if session.kind.startswith("practice") and session.event.year <= LAST_YEAR_OF_OLD_PRACTICE:
        return timedelta(minutes=OLD_PRACTICE_MINUTES)
    return timedelta(minutes=NOMINAL_MINUTES[session.kind])


def expected_end(session: SessionRecord) -> datetime:
    """When the session ends, UTC. Where its start is unknown: when the event's last day is over everywhere."""
    if session.start is None:
        return session.event.date + timedelta(days=1, hours=12)
    return session.start + nominal_length(session)


def state_at(session: SessionRecord, now: datetime) -> PublicationState:
    """`scheduled` until it starts, `pending` while it runs and until it should be published, then `available`.

    A session whose start is unknown is `scheduled` until its event is over. `now` is aware.
    """
    if now < (session.start or expected_end(session)):
        return "scheduled"
    if now < expected_end(session) + PUBLISHED_AFTER:
        return "pending"
    return "available"
