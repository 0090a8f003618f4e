"""Sessions by FastF1's public loader: those of the archive, whole and damaged."""

import errno
import os
import pickle
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from replays.loading import fastf1_session, schedule
from replays.loading.errors import (
    AccountRequired,
    CacheNotWritable,
    CorruptFeed,
    LoadingError,
    NotInArchive,
    NotPublishedYet,
    RateLimited,
    SourceUnavailable,
)
from replays.loading.fastf1_setup import configure_fastf1
from replays.loading.session_data import MISSING, SessionData
from seasons.records import EventRecord, SessionRecord
from tests.replays.loading.archive_copies import AUSTRALIAN_RACE, MIAMI_SPRINT, cache_of_copy

pytestmark = pytest.mark.archive
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def quiet(stage: str) -> None:
    pass


def load(year: int, event: str, code: str) -> SessionData:
    found = schedule.find_event(year, event, now=NOW)
    record = schedule.session_record(found, schedule.session_kind(found, code))
    return fastf1_session.load_session(found.get_session(record.name), record, quiet)


@pytest.fixture
def damaged_cache(f1_archive: Path, tmp_path: Path) -> Callable[..., None]:
    def use(session: str, damage: Callable[[Path], None]) -> None:
        configure_fastf1(cache_of_copy(f1_archive, session, tmp_path, damage), offline=True)

    return use


def cut_in_the_middle(feed: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        file = folder / f"{feed}.jsonStream"
        body = file.read_bytes()
        middle = body.rindex(b"{", 0, len(body) // 2)
        file.write_bytes(body[:middle])

    return damage


def test_a_sprint_without_positions_has_all_that_timing_tells(offline_fastf1):
    data = load(2025, "Miami", "S")

    assert data.positions is None
    assert data.cars is None
    assert len(data.entries) == 20
    assert data.total_laps == 18
    assert max(lap.lap_number for lap in data.laps) == 18
    assert {"no Position.z", "no CarData.z", "no WeatherData"} <= set(data.provenance.problems)
    assert (data.session.event.circuit_key, data.session.event.circuit_name) == (151, "Miami")


def test_race_control_has_session_times_where_fastf1_knows_no_date_of_zero(offline_fastf1):
    data = load(2025, "Miami", "S")

    assert data.t0_utc_ms is not None
    assert all(message.t_ms is not None for message in data.race_control)


def test_the_timing_feed_tells_of_mini_sectors_where_it_has_them(offline_fastf1):
    sprint, race = load(2025, "Miami", "S"), load(2025, "Australia", "R")

    first_lap_done_ms = min(lap.end_ms for lap in sprint.laps if lap.lap_number == 1 and lap.end_ms)
    told = {(one.number, one.sector, one.segment) for one in sprint.mini_sectors if one.t_ms > first_lap_done_ms}
    assert {(sector, segment) for _, sector, segment in told} == {
        (s, n) for s, most in ((0, 9), (1, 9), (2, 8)) for n in range(most)
    }
    assert {number for number, _, _ in told} <= set(sprint.column_of)
    assert race.mini_sectors == ()


@pytest.mark.parametrize("feed", ["TimingData", "RaceControlMessages", "TimingAppData"])
def test_a_feed_that_is_cut_off_is_named(damaged_cache, feed):
    damaged_cache(MIAMI_SPRINT, cut_in_the_middle(feed))

    with pytest.raises(CorruptFeed, match=rf"{feed}.jsonStream is damaged: cut off in the middle of line \d+"):
        load(2025, "Miami", "S")


def test_a_line_of_garbage_is_named_with_its_number(damaged_cache):
    def damage(folder: Path) -> None:
        file = folder / "TimingData.jsonStream"
        lines = file.read_bytes().split(b"\r\n")
        lines[6] = lines[6][:12] + b'{"Lines":'
        file.write_bytes(b"\r\n".join(lines))

    damaged_cache(MIAMI_SPRINT, damage)

    with pytest.raises(CorruptFeed, match=r"TimingData\.jsonStream is damaged: line 7 cannot be decoded"):
        load(2025, "Miami", "S")


def test_a_damaged_feed_in_an_offline_cache_is_not_thrown_away(damaged_cache):
    damaged_cache(MIAMI_SPRINT, cut_in_the_middle("TimingData"))
    for _ in range(2):
        with pytest.raises(CorruptFeed):
            load(2025, "Miami", "S")


def test_without_timing_and_positions_it_says_which_feeds_are_missing(damaged_cache):
    damaged_cache(MIAMI_SPRINT, lambda folder: (folder / "TimingData.jsonStream").unlink())

    with pytest.raises(SourceUnavailable, match=r"neither TimingData nor Position\.z is in the FastF1 cache"):
        load(2025, "Miami", "S")


def test_feeds_without_a_message_are_an_empty_session(damaged_cache):
    def damage(folder: Path) -> None:
        for file in folder.iterdir():
            file.write_bytes(b"")

    damaged_cache(MIAMI_SPRINT, damage)

    with pytest.raises(LoadingError, match="the session is empty"):
        load(2025, "Miami", "S")


def test_a_session_in_which_nobody_drove_is_empty(damaged_cache):
    def damage(folder: Path) -> None:
        file = folder / "TimingData.jsonStream"
        file.write_bytes(file.read_bytes().split(b"\r\n")[0] + b"\r\n")

    damaged_cache(MIAMI_SPRINT, damage)

    with pytest.raises(LoadingError, match="2025 Miami Grand Prix Sprint: the session is empty"):
        load(2025, "Miami", "S")


def test_what_fastf1_wrote_halfway_when_it_was_killed_is_parsed_again(damaged_cache, tmp_path):
    damaged_cache(MIAMI_SPRINT, lambda folder: None)
    whole = load(2025, "Miami", "S")
    parsed = list((tmp_path / "cache").rglob("*.ff1pkl"))
    assert parsed
    for file in parsed:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    assert load(2025, "Miami", "S").laps == whole.laps


def test_a_full_disk_under_the_cache_is_an_error_and_not_a_missing_feed(damaged_cache, tmp_path, monkeypatch):
    damaged_cache(MIAMI_SPRINT, lambda folder: None)

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pickle, "dump", full)

    with pytest.raises(CacheNotWritable, match=r"cannot be used \(no space left on device\)"):
        load(2025, "Miami", "S")


def test_ctrl_c_counts_also_while_fastf1_reads_its_cache(damaged_cache, monkeypatch):
    damaged_cache(MIAMI_SPRINT, lambda folder: None)
    load(2025, "Miami", "S")
    read = pickle.load

    def interrupted(file: object) -> object:
        monkeypatch.setattr(pickle, "load", read)
        os.kill(os.getpid(), signal.SIGINT)
        return read(file)

    monkeypatch.setattr(pickle, "load", interrupted)

    with pytest.raises(KeyboardInterrupt):
        load(2025, "Miami", "S")


RECENT = SessionRecord(
    EventRecord(2025, "Nowhere Grand Prix", "", "", "", datetime.now(UTC), 1),
    "race",
    "Race",
    datetime.now(UTC) - timedelta(hours=3),
)
OLD = SessionRecord(RECENT.event, "race", "Race", datetime(2025, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("record", "status", "error"),
    [
        (RECENT, 404, NotPublishedYet),
        (OLD, 404, NotInArchive),
        (RECENT, 403, AccountRequired),
        (OLD, 401, AccountRequired),
        (OLD, 504, SourceUnavailable),
    ],
)
def test_why_nothing_is_there_follows_from_what_the_archive_answers(record, status, error):
    found = fastf1_session.nothing_to_replay(record, {"TimingData": status, "Position.z": status})

    assert isinstance(found, error)
    assert "\n" not in str(found)


class FakeAnswer:
    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.status_code, self.headers, self.content = status, headers or {}, b""


@pytest.mark.parametrize(("status", "error"), [(429, RateLimited), (500, SourceUnavailable), (503, SourceUnavailable)])
def test_an_archive_in_trouble_is_not_taken_for_a_session_without_that_feed(offline_fastf1, monkeypatch, status, error):
    from fastf1.req import Cache

    paused = []
    monkeypatch.setattr("replays.loading.retrying.sleep", paused.append)
    monkeypatch.setattr(Cache, "requests_get", lambda urls, **_options: FakeAnswer(status))

    with pytest.raises(error, match=f"answers {status} for"):
        fastf1_session.fetch_feeds("/static/2025/nowhere/")
    assert paused == [2, 5, 15]


def test_an_archive_that_recovers_is_asked_again_when_it_says(offline_fastf1, monkeypatch):
    from fastf1.req import Cache

    paused = []
    answers = [FakeAnswer(503, {"Retry-After": "7"}), FakeAnswer(429)]
    monkeypatch.setattr("replays.loading.retrying.sleep", paused.append)
    monkeypatch.setattr(Cache, "requests_get", lambda urls, **_options: answers.pop(0) if answers else FakeAnswer(404))

    feeds, missing = fastf1_session.fetch_feeds("/static/2025/nowhere/")

    assert paused == [7, 5]
    assert not feeds
    assert set(missing.values()) == {404}


@pytest.mark.slow
def test_garbage_in_the_position_feed_is_named(damaged_cache):
    def damage(folder: Path) -> None:
        file = folder / "Position.z.jsonStream"
        lines = file.read_bytes().split(b"\r\n")
        lines[100] = lines[100][:12] + b'"bm90IGEgZGVmbGF0ZSBzdHJlYW0="'
        file.write_bytes(b"\r\n".join(lines))

    damaged_cache(AUSTRALIAN_RACE, damage)

    with pytest.raises(CorruptFeed, match=r"Position\.z\.jsonStream is damaged: line 101 cannot be decoded"):
        load(2025, "Australia", "R")


@pytest.mark.slow
def test_a_race_without_timing_still_has_its_positions(damaged_cache):
    damaged_cache(AUSTRALIAN_RACE, lambda folder: (folder / "TimingData.jsonStream").unlink())

    data = load(2025, "Australia", "R")

    assert data.laps == ()
    assert data.positions is not None
    assert "no TimingData" in data.provenance.problems


@pytest.mark.slow
def test_a_car_that_never_moved_has_no_positions_and_not_zeros(offline_fastf1):
    data = load(2025, "Australia", "R")

    hadjar = data.column_of["6"]
    assert (data.positions.x_dm[:, hadjar] == MISSING).all()
    assert (data.positions.y_dm[:, hadjar] == MISSING).all()
    assert len(data.entries) == 20
    assert [entry.grid for entry in data.entries if entry.number in {"4", "81", "1"}] == [3, 1, 2]
