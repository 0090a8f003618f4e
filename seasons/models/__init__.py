"""The catalogue: who drove what, where, when and how it went."""

from seasons.models.circuit import Circuit
from seasons.models.driver import Driver
from seasons.models.entry import Entry
from seasons.models.event import Event
from seasons.models.lap import Lap
from seasons.models.pit_stop import PitStop
from seasons.models.race_control import RaceControl
from seasons.models.result import Result
from seasons.models.season import Season
from seasons.models.session import Session, SessionKind, SessionState, SourceKind
from seasons.models.session_status import SessionStatus
from seasons.models.stamp import Stamp, StampScope
from seasons.models.stint import Stint
from seasons.models.team import Team
from seasons.models.track_status import TrackStatus, TrackStatusCode
from seasons.models.weather import Weather

__all__ = [
    "Circuit",
    "Driver",
    "Entry",
    "Event",
    "Lap",
    "PitStop",
    "RaceControl",
    "Result",
    "Season",
    "Session",
    "SessionKind",
    "SessionState",
    "SessionStatus",
    "SourceKind",
    "Stamp",
    "StampScope",
    "Stint",
    "Team",
    "TrackStatus",
    "TrackStatusCode",
    "Weather",
]
