from django.db import models
from django.db.models import Q

from seasons.models.identity import Identified
from seasons.models.locking import Lockable


class Driver(Lockable, Identified):
    """A person who drives. Number and code belong to the entry: they change with the years."""

    ref = models.CharField(
        max_length=100, blank=True, help_text="jolpica's id, e.g. max_verstappen; empty when unknown (reserve drivers)."
    )
    first_name = models.CharField(max_length=200, blank=True, help_text="Empty when unknown.")
    last_name = models.CharField(max_length=200, blank=True, help_text="Empty when unknown.")
    full_name = models.CharField(max_length=200)
    country_code = models.CharField(
        max_length=3, blank=True, help_text="Three letters as F1 writes them, e.g. NED; empty when unknown."
    )

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ref"], condition=~Q(ref=""), name="seasons_driver_ref_unique"),
        ]

    def __str__(self) -> str:
        return self.full_name
