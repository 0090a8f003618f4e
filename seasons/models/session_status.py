from django.db import models

from seasons.models.locking import Lockable
from seasons.models.session import Session


class SessionStatus(Lockable):
    """A change of a session's own state: started, aborted, finished."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="status_changes", db_index=False)
    t_ms = models.IntegerField("time (ms)", help_text="Session time.")
    status = models.CharField(max_length=20, help_text="Inactive, Started, Aborted, Finished, Finalised, Ends.")

    class Meta:
        verbose_name_plural = "session status"
        ordering = ["session", "t_ms", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "t_ms", "status"], name="seasons_session_status_once"),
        ]

    def __str__(self) -> str:
        return f"{self.session}: {self.status} at {self.t_ms / 1000:.0f} s"
