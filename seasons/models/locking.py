from django.db import models


class Lockable(models.Model):
    """A row that a curator can keep as it is: imports neither change nor remove a locked one."""

    locked = models.BooleanField(default=False, help_text="Imports leave it as it is.")

    class Meta:
        abstract = True
