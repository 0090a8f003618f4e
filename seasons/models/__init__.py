"""The catalogue: who drove what, where and when."""

from seasons.models.circuit import Circuit
from seasons.models.driver import Driver
from seasons.models.entry import Entry
from seasons.models.event import Event
from seasons.models.season import Season
from seasons.models.session import Session, SessionKind, SessionState, SourceKind
from seasons.models.team import Team

__all__ = [
    "Circuit",
    "Driver",
    "Entry",
    "Event",
    "Season",
    "Session",
    "SessionKind",
    "SessionState",
    "SourceKind",
    "Team",
]
