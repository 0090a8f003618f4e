"""Why a build is not begun, or does not get done. Each message is one line."""

from replays.models import Build


class BuildRunning(Exception):
    """Somebody else is building this session."""

    def __init__(self, build: Build) -> None:
        since = "" if build.started_at is None else f" since {build.started_at:%H:%M:%S} UTC"
        super().__init__(
            f"{build.session} is being built already, by process {build.pid} on {build.host}{since}: wait for it"
        )


class BuildFailed(Exception):
    """The session was loaded, but no replay can be made of it."""


class BuildCancelled(Exception):
    """Somebody does not want it any more."""


class ClaimLost(BuildFailed):
    """The build is not this process' any more: it was silent for too long, and another has taken it over."""
