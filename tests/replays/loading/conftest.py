from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replays.loading.fastf1_setup import configure_fastf1
from tests.replays.loading.fake_jolpica import FakeJolpica, ask_fake_jolpica


@pytest.fixture
def offline_fastf1(fastf1_cache: Path) -> Path:
    """FastF1 on the cache of real sessions, asking nobody."""
    configure_fastf1(fastf1_cache, offline=True)
    return fastf1_cache


@pytest.fixture
def jolpica(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeJolpica]:
    """Makes FastF1 with an empty cache ask a stand-in for jolpica, which answers the races it is given."""

    def start(races: list[dict[str, Any]], **options: Any) -> FakeJolpica:
        return ask_fake_jolpica(FakeJolpica(races, **options), tmp_path / "fastf1", monkeypatch)

    return start
