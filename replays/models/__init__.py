from replays.models.build import Build, BuildState
from replays.models.replay import Replay, ReplayState

__all__ = ["Build", "BuildState", "Replay", "ReplayState"]
