"""Replays, to look at and to delete; a deleted one takes its artefact with it."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from replays.admin.machine_written import MachineWrittenAdmin
from replays.artefact.model import SCHEMA_VERSION
from replays.models import Replay, ReplayState
from replays.quality_lines import quality_lines
from seasons.admin.badges import badge
from seasons.admin.durations import show_ms

BYTES_A_MB = 1_000_000
TONE_OF_CAPABILITY = {True: "good", False: "quiet", "partial": "warn", "estimated": "warn"}
WORD_OF_CAPABILITY = {True: "yes", False: "no"}


def size_text(replay: Replay) -> str:
    return f"{replay.bytes / BYTES_A_MB:.1f} MB"


@admin.register(Replay)
class ReplayAdmin(MachineWrittenAdmin):
    list_display = ["session", "state_badge", "schema", "car_count", "laps", "size", "duration", "built_at", "watch"]
    list_filter = ["state", "schema_version", "session__kind", "session__event__season"]
    list_select_related = ["session__event"]
    search_fields = ["public_id", "session__key", "session__event__name"]
    date_hierarchy = "built_at"
    fieldsets = [
        (None, {"fields": ["session", ("state", "watch"), "public_id"]}),
        ("Content", {"fields": [("car_count", "laps"), ("begins", "lights_out", "duration"), "has", "quality_told"]}),
        ("Artefact", {"fields": [("size", "schema"), ("built_at", "built_in"), "source_sha256"]}),
    ]
    readonly_fields = ["watch", "begins", "lights_out", "duration", "has", "quality_told", "size", "schema", "built_in"]

    class Media:
        css = {"all": ["seasons/admin/catalogue.css", "replays/admin/live_builds.css"]}

    @admin.display(description="state", ordering="state")
    def state_badge(self, replay: Replay) -> SafeString:
        ready = replay.state == ReplayState.READY
        return badge(ReplayState(replay.state).label, "good" if ready else "quiet")

    @admin.display(description="schema", ordering="schema_version")
    def schema(self, replay: Replay) -> SafeString | int:
        if replay.schema_version == SCHEMA_VERSION:
            return replay.schema_version
        return badge(f"{replay.schema_version}", "warn", f"The present one is {SCHEMA_VERSION}: build it again.")

    @admin.display(description="size", ordering="bytes")
    def size(self, replay: Replay) -> str:
        return size_text(replay)

    @admin.display(description="built in", ordering="build_seconds")
    def built_in(self, replay: Replay) -> str:
        return f"{replay.build_seconds:.1f} s"

    @admin.display(description="duration")
    def duration(self, replay: Replay) -> str | None:
        return show_ms(replay.t_end_ms - replay.t_start_ms)

    @admin.display(description="begins at")
    def begins(self, replay: Replay) -> str | None:
        return show_ms(replay.t_start_ms)

    @admin.display(description="lights out at")
    def lights_out(self, replay: Replay) -> str:
        return show_ms(replay.lights_out_ms) or "-"

    @admin.display(description="viewer")
    def watch(self, replay: Replay) -> SafeString:
        return format_html('<a href="/replays/{}/">Watch</a>', replay.public_id)

    @admin.display(description="what the session has")
    def has(self, replay: Replay) -> SafeString:
        items = (
            (badge(_words(name), TONE_OF_CAPABILITY.get(value, "quiet")), WORD_OF_CAPABILITY.get(value, value))
            for name, value in replay.capabilities.items()
        )
        return format_html('<ul class="row-counts">{}</ul>', format_html_join("", "<li>{} {}</li>", items))

    @admin.display(description="quality")
    def quality_told(self, replay: Replay) -> SafeString | str:
        lines = quality_lines(replay.quality)
        if not lines:
            return "nothing told"
        return format_html('<ul class="quality">{}</ul>', format_html_join("", "<li>{}</li>", zip(lines)))


def _words(name: str) -> str:
    return name.replace("_", " ")
