"""Where replays lie: a folder, or a bucket of S3 or of something that speaks like it."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from f1site.environment import Wrong
from f1site.setting_values import folder

S3 = "s3://"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"[A-Za-z0-9._/-]*")
EXTRA = "django-storages[s3]"


def storage_settings(given: str, *, base: Path) -> dict[str, Any]:
    """Django's settings of the storage; a folder lies below `base` where it is not absolute. Raises Wrong."""
    if given.startswith(S3):
        return s3_settings(given)
    if "://" in given:
        raise Wrong("must be a folder, or s3://bucket/prefix")
    return folder_settings(folder(given, base))


def folder_settings(path: Path) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(path), "base_url": None},
    }


def s3_settings(given: str) -> dict[str, Any]:
    """Keys, region and, for what is not Amazon's, the endpoint come from boto3's own variables (AWS_...)."""
    bucket, _, prefix = given.removeprefix(S3).partition("/")
    if not BUCKET.fullmatch(bucket) or not PREFIX.fullmatch(prefix) or ".." in prefix:
        raise Wrong("must be of the form s3://bucket/prefix")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise Wrong(f"needs a package that is not installed: pip install '{EXTRA}'")
    return {
        "BACKEND": "core.bucket.Bucket",
        "OPTIONS": {"bucket_name": bucket, "location": prefix.strip("/"), "default_acl": None, "gzip": False},
    }
