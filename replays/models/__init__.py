from replays.models.build import ACTIVE, Build, BuildState
from replays.models.replay import Replay, ReplayState
from replays.models.worker_heartbeat import WorkerHeartbeat

__all__ = ["ACTIVE", "Build", "BuildState", "Replay", "ReplayState", "WorkerHeartbeat"]
