from django.db import models

from seasons.models.entry import Entry
from seasons.models.locking import Lockable
from seasons.models.session import Session


class PitStop(Lockable):
    """A visit to the pit lane, from its entry to its exit. Derived from the laps."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="pit_stops", db_index=False)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="pit_stops", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="From 1, in the order of the session.")
    lap_number = models.PositiveSmallIntegerField(help_text="The lap that ended in the pit lane.")
    pit_in_ms = models.IntegerField("into the pit lane (ms)", help_text="Session time.")
    pit_out_ms = models.IntegerField(
        "out of the pit lane (ms)", null=True, blank=True, help_text="Session time; null for cars that stayed in."
    )
    duration_ms = models.PositiveIntegerField(
        "time in the pit lane (ms)", null=True, blank=True, help_text="Null for cars that stayed in."
    )

    class Meta:
        ordering = ["session", "entry", "number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="seasons_pit_stop_once_an_entry"),
        ]
        indexes = [
            models.Index(fields=["session", "entry", "number"], name="seasons_pit_session_entry"),
            models.Index(fields=["session", "pit_in_ms"], name="seasons_pit_session_time"),
        ]

    def __str__(self) -> str:
        return f"{self.entry}, stop {self.number}"
