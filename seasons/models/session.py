from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from seasons.models.event import Event
from seasons.models.identity import PUBLIC_ID_LENGTH, Identified, new_public_id
from seasons.models.locking import Lockable

MAX_UTC_OFFSET_S = 14 * 3600
"""Clocks on Earth are at most 14 hours from UTC."""


class SessionKind(models.TextChoices):
    """`seasons.keys.SESSION_KINDS`, for forms and filters."""

    PRACTICE_1 = "practice-1", "Practice 1"
    PRACTICE_2 = "practice-2", "Practice 2"
    PRACTICE_3 = "practice-3", "Practice 3"
    QUALIFYING = "qualifying", "Qualifying"
    SPRINT_QUALIFYING = "sprint-qualifying", "Sprint Qualifying"
    SPRINT = "sprint", "Sprint"
    RACE = "race", "Race"


class SessionState(models.TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    PENDING = "pending", "Begun, not published yet"
    AVAILABLE = "available", "Published"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Import failed"


class SourceKind(models.TextChoices):
    FASTF1 = "fastf1", "FastF1"
    LIVETIMING = "livetiming", "Recorded live timing"
    JOLPICA = "jolpica", "jolpica: results alone"
    DEMO = "demo", "Demo simulator"


class Session(Lockable, Identified):
    """A session of an event, and where what is known of it came from."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(max_length=20, choices=SessionKind)
    name = models.CharField(max_length=100, help_text="What F1 called it that year, e.g. Sprint Shootout.")
    start = models.DateTimeField(null=True, blank=True, help_text="Scheduled start, UTC; null when unknown.")
    utc_offset_s = models.IntegerField(
        "UTC offset (s)",
        null=True,
        blank=True,
        validators=[MinValueValidator(-MAX_UTC_OFFSET_S), MaxValueValidator(MAX_UTC_OFFSET_S)],
        help_text="Seconds the circuit's clock was ahead of UTC; null when unknown.",
    )
    state = models.CharField(max_length=10, choices=SessionState, default=SessionState.SCHEDULED)
    state_reason = models.CharField(
        max_length=500, blank=True, help_text="Why it failed or was cancelled; empty in the other states."
    )
    published = models.BooleanField(
        default=True, help_text="Off: the API and the viewer know nothing of it, nor of anything in it."
    )
    stamp = models.CharField(
        max_length=PUBLIC_ID_LENGTH,
        default=new_public_id,
        editable=False,
        help_text="A name for the present content of the session and its rows.",
    )
    source_kind = models.CharField(
        "source", max_length=10, choices=SourceKind, blank=True, help_text="Empty until it was imported."
    )
    fastf1_version = models.CharField(
        "FastF1 version", max_length=40, blank=True, help_text="The one that read it; empty until it was imported."
    )
    imported_at = models.DateTimeField(
        null=True, blank=True, help_text="The last import that changed anything, UTC; null until it was imported."
    )

    class Meta:
        ordering = ["start", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], name="seasons_session_once_an_event"),
            models.CheckConstraint(condition=Q(kind__in=SessionKind.values), name="seasons_session_kind_known"),
            models.CheckConstraint(condition=Q(state__in=SessionState.values), name="seasons_session_state_known"),
            models.CheckConstraint(
                condition=~Q(state=SessionState.FAILED) | ~Q(state_reason=""), name="seasons_session_failed_why"
            ),
            models.CheckConstraint(
                condition=Q(source_kind__in=["", *SourceKind.values]), name="seasons_session_source_known"
            ),
        ]
        indexes = [
            models.Index(fields=["start"], name="seasons_session_start"),
            models.Index(fields=["state", "start"], name="seasons_session_state_start"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.name}"
