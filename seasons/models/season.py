from django.core.validators import MinValueValidator
from django.db import models

from seasons.models.identity import Identified

FIRST_SEASON = 1950


class Season(Identified):
    """A championship year."""

    year = models.PositiveSmallIntegerField(unique=True, validators=[MinValueValidator(FIRST_SEASON)])

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=models.Q(year__gte=FIRST_SEASON), name="seasons_season_year_from_1950"),
        ]

    def __str__(self) -> str:
        return str(self.year)
