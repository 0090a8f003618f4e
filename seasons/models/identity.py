"""How every row of the catalogue is named to the outside."""

import secrets
import string

from django.db import models

PUBLIC_ID_LENGTH = 12
PUBLIC_ID_ALPHABET = string.ascii_letters + string.digits


def new_public_id() -> str:
    """71 random bits, in characters that need no quoting in a URL and never read as a key's hyphen."""
    return "".join(secrets.choice(PUBLIC_ID_ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


class Identified(models.Model):
    """A row with two public names that never change: one opaque, one for people."""

    public_id = models.CharField(
        "id",
        max_length=PUBLIC_ID_LENGTH,
        unique=True,
        default=new_public_id,
        editable=False,
        help_text="Made once, at random; survives renaming.",
    )
    key = models.CharField(
        max_length=200,
        unique=True,
        help_text="The name in URLs and commands. Made of the first name that was known, kept when that changes.",
    )

    class Meta:
        abstract = True
