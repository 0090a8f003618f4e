from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from seasons.models.driver import Driver
from seasons.models.identity import Identified
from seasons.models.locking import Lockable
from seasons.models.session import Session
from seasons.models.team import Team

COLOUR = r"^#[0-9a-f]{6}$"


class Entry(Lockable, Identified):
    """A driver in a session, for a team. Says nothing of how the session ended: entries are shown before it."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="entries")
    driver = models.ForeignKey(Driver, on_delete=models.PROTECT, related_name="entries")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="entries", null=True, blank=True, help_text="Null when unknown."
    )
    team_name = models.CharField(
        max_length=200, blank=True, help_text="What the team was called in this session; empty when unknown."
    )
    number = models.CharField("car number", max_length=4, help_text="Digits, as text.")
    code = models.CharField(max_length=4, blank=True, help_text="Letters on the timing screen; empty when unknown.")
    colour = models.CharField(
        max_length=7,
        blank=True,
        validators=[RegexValidator(COLOUR)],
        help_text="The team's, as #rrggbb in lower case; empty when unknown.",
    )

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["session", "team_name", "number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="seasons_entry_number_once_a_session"),
            models.CheckConstraint(condition=~Q(number=""), name="seasons_entry_has_number"),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex=COLOUR), name="seasons_entry_colour_is_rgb"
            ),
        ]
        indexes = [
            models.Index(fields=["number", "code"], name="seasons_entry_number_code"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.code or self.driver}"
