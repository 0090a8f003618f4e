from django.db import models
from django.db.models import Q

from seasons.models.entry import Entry
from seasons.models.locking import Lockable
from seasons.models.session import Session


class Result(Lockable):
    """How a session ended for an entry. The only rows that tell it, so that whoever asks for others is not told."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="results", db_index=False)
    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="result")
    position = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Place in the official order, which goes on through those who retired; null when there is none.",
    )
    classified = models.CharField(
        max_length=4,
        blank=True,
        help_text="As published: the place, or R retired, D disqualified, E excluded, W withdrew, F did not qualify, "
        "N not classified; empty when unknown.",
    )
    grid = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Place on the grid, 0 for a start from the pit lane; null when unknown."
    )
    status = models.CharField(
        max_length=100, blank=True, help_text="Finished, +1 Lap, Engine, ...; empty when unknown."
    )
    points = models.FloatField(null=True, blank=True, help_text="Null when unknown.")
    laps = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Completed; null when unknown.")
    time_ms = models.PositiveIntegerField(
        "time (ms)", null=True, blank=True, help_text="From start to flag; null for those laps down or out."
    )
    gap_ms = models.PositiveIntegerField(
        "gap (ms)", null=True, blank=True, help_text="To the winner's time; null for the winner, and where time is."
    )
    best_lap_ms = models.PositiveIntegerField(
        "best lap (ms)", null=True, blank=True, help_text="Fastest lap that counts; null without one."
    )
    q1_ms = models.PositiveIntegerField("Q1 (ms)", null=True, blank=True, help_text="Null without a time.")
    q2_ms = models.PositiveIntegerField("Q2 (ms)", null=True, blank=True, help_text="Null without a time.")
    q3_ms = models.PositiveIntegerField("Q3 (ms)", null=True, blank=True, help_text="Null without a time.")

    class Meta:
        ordering = ["session", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(position__isnull=True) | Q(position__gte=1), name="seasons_result_position_from_1"
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0), name="seasons_result_points_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["session", "position"], name="seasons_result_order")]

    def __str__(self) -> str:
        return f"{self.entry}: {self.classified or self.position or 'no place'}"
