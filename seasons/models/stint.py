from django.db import models
from django.db.models import F, Q

from seasons.models.entry import Entry
from seasons.models.locking import Lockable
from seasons.models.session import Session


class Stint(Lockable):
    """Consecutive laps of a car on one set of tyres. Derived from the laps."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="stints", db_index=False)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="stints", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="As the timing counts them, from 1.")
    compound = models.CharField(max_length=20, blank=True, help_text="SOFT, MEDIUM, ...; empty when unknown.")
    fresh_tyre = models.BooleanField(null=True, blank=True, help_text="New when it was fitted; null when unknown.")
    tyre_life_at_start = models.PositiveSmallIntegerField(
        "tyre life at its start (laps)", null=True, blank=True, help_text="Null when unknown."
    )
    first_lap = models.PositiveSmallIntegerField()
    last_lap = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["session", "entry", "number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="seasons_stint_once_an_entry"),
            models.CheckConstraint(condition=Q(last_lap__gte=F("first_lap")), name="seasons_stint_has_laps"),
        ]
        indexes = [models.Index(fields=["session", "entry", "number"], name="seasons_stint_session_entry")]

    def __str__(self) -> str:
        return f"{self.entry}, stint {self.number}"
