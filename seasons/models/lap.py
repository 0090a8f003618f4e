from django.db import models
from django.db.models import Q

from seasons.models.entry import Entry
from seasons.models.locking import Lockable
from seasons.models.session import Session

UNKNOWN = "Null when unknown."


class Lap(Lockable):
    """A lap of a car. Instants are ms of session time: the zero of F1's timing feeds, minutes before the start."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="laps", db_index=False)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="laps", db_index=False)
    lap_number = models.PositiveSmallIntegerField()
    start_ms = models.IntegerField("start (ms)", null=True, blank=True, help_text=UNKNOWN)
    end_ms = models.IntegerField("end (ms)", null=True, blank=True, help_text="Across the line. " + UNKNOWN)
    lap_time_ms = models.PositiveIntegerField("lap time (ms)", null=True, blank=True, help_text=UNKNOWN)
    sector_1_ms = models.PositiveIntegerField("sector 1 (ms)", null=True, blank=True, help_text=UNKNOWN)
    sector_2_ms = models.PositiveIntegerField("sector 2 (ms)", null=True, blank=True, help_text=UNKNOWN)
    sector_3_ms = models.PositiveIntegerField("sector 3 (ms)", null=True, blank=True, help_text=UNKNOWN)
    speed_i1_kmh = models.FloatField("speed at the first intermediate (km/h)", null=True, blank=True)
    speed_i2_kmh = models.FloatField("speed at the second intermediate (km/h)", null=True, blank=True)
    speed_fl_kmh = models.FloatField("speed at the finish line (km/h)", null=True, blank=True)
    speed_st_kmh = models.FloatField("speed at the end of the longest straight (km/h)", null=True, blank=True)
    compound = models.CharField(max_length=20, blank=True, help_text="SOFT, MEDIUM, ...; empty when unknown.")
    tyre_life = models.PositiveSmallIntegerField(
        "tyre life (laps)", null=True, blank=True, help_text="Laps on this set by the end of the lap. " + UNKNOWN
    )
    fresh_tyre = models.BooleanField(null=True, blank=True, help_text="New when it was fitted. " + UNKNOWN)
    stint = models.PositiveSmallIntegerField(null=True, blank=True, help_text=UNKNOWN)
    pit_in_ms = models.IntegerField(
        "into the pit lane (ms)", null=True, blank=True, help_text="Null for laps that did not end there."
    )
    pit_out_ms = models.IntegerField(
        "out of the pit lane (ms)", null=True, blank=True, help_text="Null for laps that did not begin there."
    )
    position = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="At the end of the lap; null when unknown and outside races."
    )
    deleted = models.BooleanField(default=False, help_text="Its time was struck out by the stewards.")
    deleted_reason = models.CharField(max_length=300, blank=True)
    accurate = models.BooleanField(
        default=False, help_text="FastF1 found lap and sector times to agree, and no pit stop or stoppage in it."
    )
    generated = models.BooleanField(default=False, help_text="Added by FastF1: F1's timing has no such lap.")
    personal_best = models.BooleanField(default=False, help_text="The car's fastest of the session up to then.")

    class Meta:
        ordering = ["session", "entry", "lap_number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "lap_number"], name="seasons_lap_once_an_entry"),
            models.CheckConstraint(condition=Q(lap_number__gte=1), name="seasons_lap_number_from_1"),
        ]
        indexes = [
            models.Index(fields=["session", "entry", "lap_number"], name="seasons_lap_session_entry"),
            models.Index(fields=["session", "lap_time_ms"], name="seasons_lap_session_time"),
        ]

    def __str__(self) -> str:
        return f"{self.entry}, lap {self.lap_number}"
