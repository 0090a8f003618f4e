from pathlib import Path

import pytest

from replays.loading.fastf1_setup import configure_fastf1


@pytest.fixture
def offline_fastf1(fastf1_cache: Path) -> Path:
    """FastF1 on the cache of real sessions, asking nobody."""
    configure_fastf1(fastf1_cache, offline=True)
    return fastf1_cache
