from django.db import models
from django.db.models import Q

from replays.models.replay import Replay
from seasons.models import Session


class BuildState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Build(models.Model):
    """One attempt to build a session's replay: who is at it, how far, and how it ended."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="builds")
    state = models.CharField(max_length=10, choices=BuildState, default=BuildState.RUNNING)
    stage = models.CharField(max_length=100, blank=True, help_text="What it is doing, or did last.")
    folder = models.CharField(
        max_length=64, blank=True, help_text="What it is writing in the storage; removed if it does not get done."
    )
    host = models.CharField(max_length=100)
    pid = models.PositiveIntegerField("process")
    heartbeat_at = models.DateTimeField(help_text="The last sign of life.")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=1000, blank=True, help_text="Why it failed.")
    replay = models.ForeignKey(Replay, on_delete=models.SET_NULL, null=True, blank=True, related_name="builds")

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(state=BuildState.RUNNING), name="replays_one_build_a_session"
            ),
            models.CheckConstraint(condition=Q(state__in=BuildState.values), name="replays_build_state_known"),
        ]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="replays_build_state_heartbeat")]

    def __str__(self) -> str:
        return f"{self.session}: {self.state}"
