"""A storage of its own for tests that store replays."""

from pathlib import Path
from weakref import WeakValueDictionary

import pytest
from django.conf import LazySettings

from replays.playing import source


@pytest.fixture
def replay_storage(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which this test's replays lie; gone with it, and so is what was read from it."""
    monkeypatch.setattr(source, "_sources", WeakValueDictionary())
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
