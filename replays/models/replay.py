from django.db import models
from django.db.models import F, Q

from seasons.models import Session

PUBLIC_ID_LENGTH = 16


class ReplayState(models.TextChoices):
    READY = "ready", "Ready"
    SUPERSEDED = "superseded", "Replaced by a newer build"


class Replay(models.Model):
    """An artefact that is stored and can be played. Immutable: a rebuild that differs is another row."""

    public_id = models.CharField(
        "id",
        max_length=PUBLIC_ID_LENGTH,
        unique=True,
        editable=False,
        help_text="Made of the artefact's content; also the name of its folder in the storage.",
    )
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="replays")
    state = models.CharField(max_length=10, choices=ReplayState, default=ReplayState.READY)
    schema_version = models.PositiveSmallIntegerField()
    source_sha256 = models.CharField("source SHA-256", max_length=64, help_text="Of the data it was built from.")
    t_start_ms = models.PositiveIntegerField("start (ms)", help_text="Session time in ms.")
    t_end_ms = models.PositiveIntegerField("end (ms)", help_text="Session time in ms.")
    lights_out_ms = models.PositiveIntegerField(
        "lights out (ms)", null=True, blank=True, help_text="Session time in ms; null for sessions that are no race."
    )
    laps = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the race; null for other sessions.")
    car_count = models.PositiveSmallIntegerField("cars")
    capabilities = models.JSONField(help_text="What the session has: true, false, partial or estimated.")
    quality = models.JSONField(help_text="What is known to be less than whole.")
    bytes = models.PositiveBigIntegerField(help_text="The whole artefact as stored.")
    build_seconds = models.FloatField("build (s)", help_text="From the loaded session to the stored artefact.")
    built_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-built_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(state=ReplayState.READY), name="replays_one_ready_a_session"
            ),
            models.CheckConstraint(condition=Q(state__in=ReplayState.values), name="replays_replay_state_known"),
            models.CheckConstraint(condition=Q(t_end_ms__gt=F("t_start_ms")), name="replays_replay_has_moments"),
        ]
        indexes = [models.Index(fields=["state", "-built_at"], name="replays_replay_state_built")]

    def __str__(self) -> str:
        return f"{self.session} ({self.public_id})"

    @property
    def duration_s(self) -> float:
        return (self.t_end_ms - self.t_start_ms) / 1000
