from django.db import models

from seasons.models.identity import Identified
from seasons.models.locking import Lockable


class Circuit(Lockable, Identified):
    """A race track, as F1's timing tells them apart."""

    f1_key = models.PositiveIntegerField(
        "F1's circuit key",
        null=True,
        blank=True,
        unique=True,
        help_text="Null when unknown, and for invented circuits.",
    )
    name = models.CharField(max_length=200)
    location = models.CharField(max_length=200, blank=True, help_text="Town or region; empty when unknown.")
    country = models.CharField(max_length=100, blank=True, help_text="In English; empty when unknown.")

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
