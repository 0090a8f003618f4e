"""What the feeds said of a session beside the timing: weather, flags, race control."""

from django.contrib import admin
from django.utils.safestring import SafeString

from seasons.admin.badges import badge
from seasons.admin.columns import LOCKED, duration_column, flag_column
from seasons.admin.filters import OneSession
from seasons.admin.session_rows import BY_SESSION, SessionRowAdmin
from seasons.models import RaceControl, SessionStatus, TrackStatus, TrackStatusCode, Weather

TONE_OF_TRACK: dict[str, str] = {
    TrackStatusCode.ALL_CLEAR: "good",
    TrackStatusCode.YELLOW: "warn",
    TrackStatusCode.SAFETY_CAR: "warn",
    TrackStatusCode.RED: "bad",
    TrackStatusCode.VIRTUAL_SAFETY_CAR: "warn",
    TrackStatusCode.VIRTUAL_SAFETY_CAR_ENDING: "warn",
}


@admin.register(Weather)
class WeatherAdmin(SessionRowAdmin):
    list_display = [
        duration_column("t_ms", "session time"),
        "of_session",
        "air_temp_c",
        "track_temp_c",
        "humidity_percent",
        "pressure_mbar",
        "wind_speed_ms",
        "wind_direction_deg",
        flag_column("rainfall", "busy", "Rain"),
        LOCKED,
    ]
    list_filter = [OneSession, *BY_SESSION, "rainfall", "locked"]
    ordering = ["-session_id", "t_ms"]


@admin.register(TrackStatus)
class TrackStatusAdmin(SessionRowAdmin):
    list_display = [
        duration_column("start_ms", "from"),
        duration_column("end_ms", "to"),
        "status",
        "of_session",
        LOCKED,
    ]
    list_filter = [OneSession, *BY_SESSION, "code", "locked"]
    ordering = ["-session_id", "start_ms"]

    @admin.display(description="status", ordering="code")
    def status(self, period: TrackStatus) -> SafeString:
        return badge(period.name, TONE_OF_TRACK.get(period.code, "quiet"))


@admin.register(RaceControl)
class RaceControlAdmin(SessionRowAdmin):
    list_display = ["utc", "message", "category", "flag", "driver_number", "lap_number", "of_session", LOCKED]
    list_display_links = ["utc", "message"]
    list_filter = [OneSession, *BY_SESSION, "category", "flag", "locked"]
    search_fields = ["message", "session__key"]
    ordering = ["-session_id", "utc", "pk"]


@admin.register(SessionStatus)
class SessionStatusAdmin(SessionRowAdmin):
    list_display = [duration_column("t_ms", "session time"), "status", "of_session", LOCKED]
    list_filter = [OneSession, *BY_SESSION, "status", "locked"]
    ordering = ["-session_id", "t_ms", "pk"]
