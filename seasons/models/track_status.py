from django.db import models
from django.db.models import F, Q

from seasons.models.locking import Lockable
from seasons.models.session import Session


class TrackStatusCode(models.TextChoices):
    """F1's codes. 3 was never seen."""

    ALL_CLEAR = "1", "All clear"
    YELLOW = "2", "Yellow flag"
    SAFETY_CAR = "4", "Safety car"
    RED = "5", "Red flag"
    VIRTUAL_SAFETY_CAR = "6", "Virtual safety car"
    VIRTUAL_SAFETY_CAR_ENDING = "7", "Virtual safety car ending"


class TrackStatus(Lockable):
    """A period in which the track had one status."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="track_status", db_index=False)
    start_ms = models.IntegerField("start (ms)", help_text="Session time.")
    end_ms = models.IntegerField(
        "end (ms)", null=True, blank=True, help_text="Session time at which the next one began; null for the last."
    )
    code = models.CharField(max_length=4, help_text="1 all clear, 2 yellow, 4 safety car, 5 red, 6 and 7 virtual ones.")

    class Meta:
        verbose_name_plural = "track status"
        ordering = ["session", "start_ms"]
        constraints = [
            models.UniqueConstraint(fields=["session", "start_ms"], name="seasons_track_status_once_a_moment"),
            models.CheckConstraint(
                condition=Q(end_ms__isnull=True) | Q(end_ms__gt=F("start_ms")), name="seasons_track_status_has_moments"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}, {self.name} from {self.start_ms / 1000:.0f} s"

    @property
    def name(self) -> str:
        """In words; the code itself where F1 has a new one."""
        return dict(TrackStatusCode.choices).get(self.code, self.code)
