from django.db import models
from django.db.models import Q

from seasons.models.circuit import Circuit
from seasons.models.identity import Identified
from seasons.models.locking import Lockable
from seasons.models.season import Season


class Event(Lockable, Identified):
    """A race weekend or a test. Its round number is an attribute: calendars are renumbered after the fact."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="events")
    circuit = models.ForeignKey(
        Circuit,
        on_delete=models.PROTECT,
        related_name="events",
        null=True,
        blank=True,
        help_text="Null until a session was imported: calendars do not tell it.",
    )
    name = models.CharField(max_length=200)
    official_name = models.CharField(max_length=300, blank=True, help_text="With its sponsors; empty when unknown.")
    location = models.CharField(max_length=200, blank=True, help_text="Town or region; empty when unknown.")
    country = models.CharField(max_length=100, blank=True, help_text="In English; empty when unknown.")
    date = models.DateField(help_text="Local day of the last session, which is the race at a Grand Prix.")
    round_number = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Null for tests, and for events that are not in the calendar (any more)."
    )
    is_testing = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False, help_text="Invented by the demo simulator.")

    class Meta:
        ordering = ["date", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(round_number__isnull=True) | Q(round_number__gte=1), name="seasons_event_round_from_1"
            ),
            models.CheckConstraint(
                condition=Q(is_testing=False) | Q(round_number__isnull=True), name="seasons_event_test_has_no_round"
            ),
        ]
        indexes = [
            models.Index(fields=["season", "date"], name="seasons_event_season_date"),
            models.Index(fields=["date"], name="seasons_event_date"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.date.year}"
