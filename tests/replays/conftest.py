"""A storage of its own for tests that store replays."""

from pathlib import Path

import pytest
from django.conf import LazySettings


@pytest.fixture
def replay_storage(tmp_path: Path, settings: LazySettings) -> Path:
    """The folder in which this test's replays lie; gone with it."""
    folder = tmp_path / "replays"
    settings.REPLAY_STORAGE = str(folder)
    settings.STORAGES = {
        **settings.STORAGES,
        "replays": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder), "base_url": None},
        },
    }
    return folder
