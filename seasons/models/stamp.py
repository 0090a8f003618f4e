from django.db import models

from seasons.models.identity import new_public_id


class StampScope(models.TextChoices):
    CATALOGUE = "catalogue", "Anything that anybody can see"
    SHARED = "shared", "What sessions share: seasons, events, circuits, drivers, teams"


class Stamp(models.Model):
    """A name for the present content of a part of the catalogue: another one after every change."""

    scope = models.CharField(max_length=20, choices=StampScope, primary_key=True)
    value = models.CharField(max_length=12, default=new_public_id)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(scope__in=StampScope.values), name="seasons_stamp_scope_known"),
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.value}"
