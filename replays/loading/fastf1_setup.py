"""FastF1 made ready for one process: where its cache is, whether it may ask the network, how much it says."""

import logging
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

from replays.loading.errors import CacheNotWritable


@dataclass(frozen=True, slots=True)
class Fastf1Source:
    """Where FastF1 keeps its cache, whether it may ask the network, and from what level on its log is shown."""

    cache_dir: Path
    offline: bool
    log_level: int = logging.CRITICAL

    def configure(self) -> None:
        """Raises CacheNotWritable."""
        configure_fastf1(self.cache_dir, offline=self.offline, log_level=self.log_level)


def configure_fastf1(cache_dir: Path, *, offline: bool, log_level: int = logging.CRITICAL) -> None:
    """Point FastF1 at `cache_dir`, which is made if missing, and show its log from `log_level` on.

    FastF1 calls INFO what it is doing and WARNING what it could not get. Only what it prints itself is cut
    off: a handler attached to the logger `fastf1` still gets everything. Raises CacheNotWritable.
    """
    _make_writable(cache_dir)
    import fastf1

    fastf1.set_log_level(log_level)
    logging.getLogger("fastf1").propagate = False  # it prints by a handler of its own; root's would print it twice
    try:
        fastf1.Cache.configure(cache_dir=str(cache_dir))
        fastf1.Cache.offline_mode(offline)
    except (OSError, sqlite3.Error) as error:
        raise CacheNotWritable(cache_dir, f"fastf1_http_cache.sqlite: {error}") from None


def _make_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CacheNotWritable(folder, (error.strerror or str(error)).lower()) from None
