"""Replays as a resource, and sessions with theirs."""

from typing import Any

from django.db.models import F, FilteredRelation, QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from core.api.views import ResourceViewSet
from replays.api.builds import BuildViewSet
from replays.api.columns import ReplayColumns, ReplayDetailColumns, ReplayedSessionColumns
from replays.api.names import REPLAYS
from replays.api.playable import playable_of
from replays.models import ReplayState
from replays.published import published_replays
from seasons.api.names import published_sessions
from seasons.api.views import SessionViewSet


class ReadyUnlessAsked(BaseFilterBackend):
    """Lists have the replays that are ready, unless `state` asks for others."""

    parameters = frozenset({"state", "state__in"})

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        return queryset if self.parameters & view.given.keys() else queryset.filter(state=ReplayState.READY)


class ReplayViewSet(ResourceViewSet):
    """What can be watched, the newest build first. A replay that was replaced still answers at its address."""

    queryset = published_replays()
    serializer_class = ReplayColumns
    detail_serializer_class = ReplayDetailColumns
    filter_backends = (ReadyUnlessAsked, *ResourceViewSet.filter_backends)
    names = REPLAYS
    search = ("session__name", "session__event__name", "session__event__location", "session__event__country")
    default_ordering = (F("built_at").desc(),)
    ordering_default = "-built_at"


class ReplayedSessionViewSet(SessionViewSet):
    """Sessions, those to come included."""

    queryset = published_sessions().annotate(playable=FilteredRelation("replays", condition=playable_of("replays")))
    serializer_class = ReplayedSessionColumns


RESOURCES: dict[str, type[ResourceViewSet]] = {
    "sessions": ReplayedSessionViewSet,
    "replays": ReplayViewSet,
    "builds": BuildViewSet,
}
"""By the last part of their address; sessions take the place of the catalogue's."""
