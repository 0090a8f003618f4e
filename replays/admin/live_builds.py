"""A build as a line that keeps itself up to date: its HTML, and the facts that the page asks for every second."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from replays.models import ACTIVE, Build, BuildState

TONE: dict[str, str] = {
    BuildState.QUEUED: "quiet",
    BuildState.RUNNING: "busy",
    BuildState.DONE: "good",
    BuildState.FAILED: "bad",
    BuildState.CANCELLED: "quiet",
}


def build_facts(build: Build) -> dict[str, Any]:
    """`progress` is null where there is none to show; `watch` is the viewer's address. Needs `replay` joined."""
    return {
        "id": build.public_id,
        "state": build.state,
        "label": BuildState(build.state).label,
        "tone": TONE[build.state],
        "active": build.state in ACTIVE,
        "progress": round(build.progress, 3) if build.state == BuildState.RUNNING else None,
        "told": what_is_told(build),
        "watch": f"/replays/{build.replay.public_id}/" if build.replay else None,
    }


def live_build(build: Build, *, reload_at_end: bool = False) -> SafeString:
    """The line of `build`. `reload_at_end`: the page shows more of the build than the line keeps up to date."""
    context = {"build": build_facts(build), "reload_at_end": reload_at_end}
    return render_to_string("replays/admin/live_build.html", context)


def what_is_told(build: Build) -> str:
    """What the state's name leaves open: the stage, the wait, the reason, what the import changed."""
    match build.state:
        case BuildState.RUNNING if build.cancel_requested:
            return "being cancelled"
        case BuildState.RUNNING:
            again = f" (attempt {build.attempts})" if build.attempts > 1 else ""
            return f"{build.stage or 'beginning'}{again}"
        case BuildState.QUEUED if build.not_before is not None:
            return f"again from {build.not_before:%H:%M:%S} UTC on: {build.error}"
        case BuildState.QUEUED:
            return "waits for a worker"
        case BuildState.FAILED:
            return build.error
        case BuildState.DONE:
            alone = "" if build.replay else "results alone: there is no timing to replay"
            return "; ".join(filter(None, [alone, build.report]))
        case _:
            return ""
