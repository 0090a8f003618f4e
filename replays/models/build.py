from django.db import models
from django.db.models import Q

from replays.models.replay import Replay
from seasons.models import Session
from seasons.models.identity import PUBLIC_ID_LENGTH, new_public_id


class BuildState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


ACTIVE = (BuildState.QUEUED, BuildState.RUNNING)
"""The states of which a session has at most one build."""


class Build(models.Model):
    """A wish to have a session's replay built: who works on it, how far it is, and how it ended.

    The rows are the queue of the workers. Times that decide who may work on one (`not_before`, `lease_until`,
    `progress_at`) are told and compared by the database's clock, which all workers share.
    """

    public_id = models.CharField("id", max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="builds")
    state = models.CharField(max_length=10, choices=BuildState, default=BuildState.QUEUED)
    refresh = models.BooleanField(
        default=False, help_text="Ask for the newest data, and build again also where a replay is ready."
    )
    requested_by = models.CharField(max_length=150, blank=True, help_text="Empty where a command builds for itself.")
    stage = models.CharField(max_length=100, blank=True, help_text="What it is doing, or did last.")
    progress = models.FloatField(default=0.0, help_text="The share of the work that is done, 0 to 1.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often it was begun.")
    not_before = models.DateTimeField(null=True, blank=True, help_text="Waits until then; null: for nothing.")
    cancel_requested = models.BooleanField(default=False)
    folder = models.CharField(
        max_length=64, blank=True, help_text="What it is writing in the storage; removed if it does not get done."
    )
    claim_token = models.CharField(
        max_length=32, blank=True, editable=False, help_text="Who works on it knows this; empty: nobody does."
    )
    lease_until = models.DateTimeField(
        null=True, blank=True, help_text="Whoever works on it renews this; once it has passed, another may take over."
    )
    host = models.CharField(max_length=100, blank=True)
    pid = models.PositiveIntegerField("process", null=True, blank=True)
    progress_at = models.DateTimeField(null=True, blank=True, help_text="When stage or progress was told last.")
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True, help_text="When it was begun last.")
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=1000, blank=True, help_text="Why it failed, or has to be tried again.")
    report = models.TextField(
        "what the import changed", blank=True, help_text="Rows of the catalogue by model; empty until it has imported."
    )
    replay = models.ForeignKey(
        Replay,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="builds",
        help_text="Null until it is done, and where the session has results alone.",
    )

    class Meta:
        ordering = ["-queued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(state__in=ACTIVE), name="replays_one_active_build_a_session"
            ),
            models.CheckConstraint(condition=Q(state__in=BuildState.values), name="replays_build_state_known"),
            models.CheckConstraint(
                condition=~Q(state=BuildState.RUNNING) | (Q(lease_until__isnull=False) & ~Q(claim_token="")),
                name="replays_build_running_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(progress__gte=0.0) & Q(progress__lte=1.0), name="replays_build_progress_is_a_share"
            ),
        ]
        indexes = [models.Index(fields=["state", "queued_at"], name="replays_build_state_queued")]

    def __str__(self) -> str:
        return f"{self.session}: {self.state}"
