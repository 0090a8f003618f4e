"""Asking for builds from the admin, and telling the curator what became of the wish."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from replays.models import Build
from replays.queue import enqueue
from seasons.models import Session

MAY_ASK = "replays.add_build"
MAY_CANCEL = "replays.change_build"


def ask_for(request: HttpRequest, sessions: Iterable[Session], *, refresh: bool) -> list[Build]:
    """Enqueue a build of each and tell how it went, with a link to where it can be watched."""
    builds, made = [], 0
    for session in sessions:
        build, created = enqueue(session, refresh=refresh, requested_by=request.user.get_username())
        builds.append(build)
        made += created
    if builds:
        messages.success(request, _told(builds, made))
    return builds


def _told(builds: list[Build], made: int) -> SafeString:
    before = len(builds) - made
    parts = [f"{made} build{'' if made == 1 else 's'} queued"] if made else []
    if before:
        parts.append(f"{before} {'was' if before == 1 else 'were'} waiting or running already")
    return format_html('{}. <a href="{}">See progress</a>', "; ".join(parts), _where_to_watch(builds))


def _where_to_watch(builds: list[Build]) -> str:
    if len(builds) == 1:
        return reverse("admin:replays_build_change", args=[builds[0].pk])
    return reverse("admin:replays_build_changelist") + "?attention=active"
