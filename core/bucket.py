"""A bucket of S3 as Django's storage, by django-storages, which is installed where there is one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage

if TYPE_CHECKING:  # Django's class is generic to the type checker only
    BytesFile = File[bytes]
else:
    BytesFile = File


class Bucket(S3Storage):
    """For files that fit into memory. What fails is an OSError, as with a folder."""

    def _open(self, name: str, mode: str = "rb") -> BytesFile:
        with os_errors(name):
            return ContentFile(super()._open(name, mode).read(), name)

    def _save(self, name: str, content: BytesFile) -> str:
        with os_errors(name):
            return super()._save(name, content)

    def exists(self, name: str) -> bool:
        with os_errors(name):
            return super().exists(name)

    def delete(self, name: str) -> None:
        with os_errors(name):
            super().delete(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with os_errors(path):
            return super().listdir(path)


@contextmanager
def os_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(f"{name}: {_told(error)}") from error


def _told(error: Any) -> str:
    """In one line, and without the address of the bucket."""
    said = getattr(error, "response", {}).get("Error", {}).get("Code")
    return said or type(error).__name__
