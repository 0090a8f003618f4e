"""Replays as the API tells them."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from replays.models import Replay


class SessionTimeField(serializers.Field[int, Any, float, Any]):
    """Milliseconds of session time as seconds."""

    def to_representation(self, value: int) -> float:
        return value / 1000


class ReplaySerializer(serializers.ModelSerializer[Replay]):
    """Needs `session__event__season` joined."""

    id = serializers.CharField(source="public_id")
    session = serializers.CharField(source="session.key")
    session_name = serializers.CharField(source="session.name")
    event = serializers.CharField(source="session.event.key")
    event_name = serializers.CharField(source="session.event.name")
    kind = serializers.CharField(source="session.kind")
    year = serializers.IntegerField(source="session.event.season.year")
    t_start = SessionTimeField(source="t_start_ms")
    t_end = SessionTimeField(source="t_end_ms")
    lights_out = SessionTimeField(source="lights_out_ms")
    built_at = serializers.DateTimeField(default_timezone=UTC)
    websocket = serializers.SerializerMethodField()
    track = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField()

    class Meta:
        model = Replay
        fields = [
            "id",
            "session",
            "session_name",
            "event",
            "event_name",
            "kind",
            "year",
            "state",
            "t_start",
            "t_end",
            "lights_out",
            "laps",
            "capabilities",
            "bytes",
            "schema_version",
            "built_at",
            "websocket",
            "track",
            "page",
        ]

    def get_websocket(self, replay: Replay) -> str:
        return f"/ws/v1/replays/{replay.public_id}/"

    def get_track(self, replay: Replay) -> str:
        return f"/api/v1/replays/{replay.public_id}/track/"

    def get_page(self, replay: Replay) -> str:
        return f"/replays/{replay.public_id}/"


class ReplayDetailSerializer(ReplaySerializer):
    class Meta(ReplaySerializer.Meta):
        fields = [*ReplaySerializer.Meta.fields, "quality"]
