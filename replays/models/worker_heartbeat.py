from django.db import models


class WorkerHeartbeat(models.Model):
    """That a worker is there, also while it waits for something to do: one row each, renewed every few seconds."""

    host = models.CharField(max_length=100)
    pid = models.PositiveIntegerField("process")
    beat_at = models.DateTimeField(help_text="By the database's clock, which all workers share.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "pid"], name="replays_one_heartbeat_a_worker"),
        ]

    def __str__(self) -> str:
        return f"worker {self.pid} on {self.host}"
