from django.db import models

from seasons.models.locking import Lockable
from seasons.models.session import Session


class RaceControl(Lockable):
    """A message of race control, in its words."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="race_control", db_index=False)
    utc = models.DateTimeField("sent at", help_text="UTC, as the feed says.")
    t_ms = models.IntegerField("time (ms)", null=True, blank=True, help_text="Session time; null when unknown.")
    category = models.CharField(max_length=50, blank=True, help_text="Flag, SafetyCar, Drs, CarEvent, Other.")
    message = models.CharField(max_length=500)
    flag = models.CharField(max_length=30, blank=True, help_text="GREEN, YELLOW, ...; empty for other messages.")
    scope = models.CharField(max_length=20, blank=True, help_text="Track, Sector, Driver; empty when unknown.")
    sector = models.PositiveSmallIntegerField("marshal sector", null=True, blank=True)
    driver_number = models.CharField(max_length=4, blank=True, help_text="The car it is about; empty for none.")
    lap_number = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The leader's lap; null outside races."
    )

    class Meta:
        verbose_name = "race control message"
        ordering = ["session", "utc", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "utc", "message"], name="seasons_race_control_once"),
        ]

    def __str__(self) -> str:
        return f"{self.session}: {self.message}"
