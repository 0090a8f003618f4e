"""The pages for people: the list of replays, and the viewer of one in a new room or in a room that is there."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from core.content_policy import CSP, Policy, csp_override
from replays.models import Replay, ReplayState
from replays.published import published_replays

POLICY: Policy = {
    "default-src": [CSP.NONE],
    # The page's one script and what that imports; the static files at large are not to be run.
    "script-src": [CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}


@dataclass(frozen=True, slots=True)
class ReplayOnPage:
    """A replay as the templates take it; `key` is its session's."""

    public_id: str
    key: str
    title: str
    event_name: str
    session_name: str
    year: int
    is_demo: bool
    location: str
    duration_s: float
    car_count: int
    capabilities: dict[str, Any]


@require_safe
@csp_override(POLICY)
def replay_list(request: HttpRequest) -> HttpResponse:
    """All that can be watched, the latest session first."""
    replays = (
        published_replays()
        .filter(state=ReplayState.READY)
        .select_related("session__event__season")
        .order_by(F("session__start").desc(nulls_last=True), "-pk")
    )
    context = {"app_name": settings.APP_NAME, "replays": [_on_page(replay) for replay in replays]}
    return render(request, "replays/replay_list.html", context)


@require_safe
@csp_override(POLICY)
def replay_detail(request: HttpRequest, replay_id: str) -> HttpResponse:
    """The viewer, also of a replay that was replaced since it was shared."""
    replay = published_replays().filter(public_id=replay_id).select_related("session__event__season").first()
    if replay is None:
        raise Http404("no such replay")
    context = {
        "app_name": settings.APP_NAME,
        "replay": _on_page(replay),
        "socket_path": f"/ws/v1/replays/{replay.public_id}/",
    }
    return render(request, "replays/viewer.html", context)


@require_safe
@csp_override(POLICY)
def room(request: HttpRequest, room_id: str) -> HttpResponse:
    """The viewer of a room that somebody shared. What is played there, and whether it still is, its socket tells."""
    context = {"app_name": settings.APP_NAME, "socket_path": f"/ws/v1/rooms/{room_id}/"}
    return render(request, "replays/viewer.html", context)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it where a page names none, as the admin's do."""
    return redirect(static("replays/favicon.svg"))


def _on_page(replay: Replay) -> ReplayOnPage:
    session, event = replay.session, replay.session.event
    return ReplayOnPage(
        public_id=replay.public_id,
        key=session.key,
        title=f"{event.season.year} {event.name}, {session.name}",
        event_name=event.name,
        session_name=session.name,
        year=event.season.year,
        is_demo=event.is_demo,
        location=event.location,
        duration_s=replay.duration_s,
        car_count=replay.car_count,
        capabilities=replay.capabilities,
    )
