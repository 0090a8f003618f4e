from django.db import models
from django.db.models import Q

from seasons.models.identity import Identified
from seasons.models.locking import Lockable


class Team(Lockable, Identified):
    """A constructor through the years. What it was called in a session stands in the entry."""

    ref = models.CharField(max_length=100, blank=True, help_text="jolpica's id, e.g. red_bull; empty when unknown.")
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ref"], condition=~Q(ref=""), name="seasons_team_ref_unique"),
        ]

    def __str__(self) -> str:
        return self.name
