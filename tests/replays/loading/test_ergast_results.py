"""Results through FastF1's Ergast interface, its HTTP cache and its rate limits; only the network is a stand-in."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from replays.loading import fastf1_tables, schedule
from replays.loading.ergast_results import SeasonResults
from replays.loading.errors import NoResults, RateLimited, SourceUnavailable
from replays.loading.fastf1_setup import configure_fastf1
from seasons.records import EventRecord, SessionRecord
from tests.replays.loading.fake_jolpica import BRITAIN_1957, MONACO_2010, TURKEY_2010


def session(race: dict, kind: str = "race", *, round_number: int | None = None) -> SessionRecord:
    """The session as a calendar has it."""
    place = race["Circuit"]["Location"]
    event = EventRecord(
        year=int(race["season"]),
        name=race["raceName"],
        official_name="",
        location=place["locality"],
        country=place["country"],
        date=datetime.fromisoformat(race["date"]).replace(tzinfo=UTC),
        round_number=round_number or int(race["round"]),
    )
    return SessionRecord(event, kind, kind.title(), None)


@pytest.fixture
def paused(monkeypatch) -> list[float]:
    """The pauses that were made, none of which took time."""
    made: list[float] = []
    monkeypatch.setattr("replays.loading.retrying.sleep", made.append)
    return made


def test_a_season_is_a_few_pages_that_may_end_in_the_middle_of_a_race(jolpica):
    fake = jolpica([MONACO_2010, TURKEY_2010], most_rows=4)
    results = SeasonResults(2010, whole=True)

    monaco, turkey = (results.of(session(race))[1] for race in (MONACO_2010, TURKEY_2010))

    assert [entry.driver_ref for entry in monaco] == ["webber", "vettel", "kubica"]
    assert [entry.driver_ref for entry in turkey] == ["hamilton", "button", "webber"]
    assert fake.asked == ["/2010/results.json?limit=100", "/2010/results.json?limit=4&offset=4"]


def test_a_single_event_is_one_page_of_its_round(jolpica):
    fake = jolpica([MONACO_2010, TURKEY_2010])

    record, entries = SeasonResults(2010, whole=False).of(session(MONACO_2010, "qualifying"))

    assert record.event.circuit_name == "Circuit de Monaco"
    assert [entry.q_ms[2] for entry in entries] == [73_826, 74_120, 74_227]
    assert fake.asked == ["/2010/6/qualifying.json?limit=100"]


def test_what_was_asked_for_is_answered_from_the_cache_the_next_time(jolpica):
    fake = jolpica([MONACO_2010])

    first = SeasonResults(2010, whole=False).of(session(MONACO_2010))

    assert SeasonResults(2010, whole=False).of(session(MONACO_2010)) == first
    assert len(fake.asked) == 1


def test_results_of_another_day_are_not_taken_for_those_of_the_event(jolpica):
    jolpica([MONACO_2010, TURKEY_2010])
    renumbered = session(MONACO_2010, round_number=7)

    with pytest.raises(NoResults, match="2010 Monaco Grand Prix Race: jolpica has no results of it"):
        SeasonResults(2010, whole=False).of(renumbered)
    assert SeasonResults(2010, whole=True).of(renumbered)[1][0].driver_ref == "webber"


@pytest.mark.parametrize("kind", ["qualifying", "practice-1"])
def test_a_session_without_results_is_told(jolpica, kind):
    jolpica([BRITAIN_1957])

    with pytest.raises(NoResults):
        SeasonResults(1957, whole=True).of(session(BRITAIN_1957, kind))


@pytest.mark.parametrize(
    ("status", "reason"), [(429, "Too Many Requests"), (503, "Service Unavailable"), (502, "Bad Gateway")]
)
def test_a_busy_jolpica_is_asked_again(jolpica, paused, status, reason):
    fake = jolpica([MONACO_2010])
    fake.refusals = [(status, reason)] * 2

    assert SeasonResults(2010, whole=True).of(session(MONACO_2010))[1]
    assert paused == [2, 5]
    assert len(fake.asked) == 3


@pytest.mark.parametrize(
    ("status", "reason", "error", "told"),
    [
        (429, "Too Many Requests", RateLimited, r"rate limit reached \(jolpica answers 429 Too Many Requests\)"),
        (503, "Service Unavailable", SourceUnavailable, "jolpica answers 503 Service Unavailable: try again later"),
    ],
)
def test_a_jolpica_that_stays_busy_is_given_up(jolpica, paused, status, reason, error, told):
    fake = jolpica([MONACO_2010])
    fake.refusals = [(status, reason)] * 9

    with pytest.raises(error, match=told):
        SeasonResults(2010, whole=True).of(session(MONACO_2010))
    assert (len(fake.asked), paused) == (4, [2, 5, 15])


def test_a_season_that_cannot_be_had_is_not_asked_for_by_each_of_its_sessions(jolpica, paused):
    fake = jolpica([MONACO_2010, TURKEY_2010])
    fake.refusals = [(503, "Service Unavailable")] * 9
    results = SeasonResults(2010, whole=True)

    for race in (MONACO_2010, TURKEY_2010):
        with pytest.raises(SourceUnavailable):
            results.of(session(race))
    assert len(fake.asked) == 4


def test_a_refusal_for_good_is_not_asked_again(jolpica, paused):
    fake = jolpica([MONACO_2010])
    fake.refusals = [(404, "Not Found")] * 2

    with pytest.raises(SourceUnavailable, match=r"jolpica refuses to tell the results \(Not Found\)"):
        SeasonResults(2010, whole=True).of(session(MONACO_2010))
    assert (len(fake.asked), paused) == (1, [])


def test_fastf1s_own_limit_is_a_rate_limit_of_an_hour(jolpica, monkeypatch):
    from fastf1 import req

    jolpica([MONACO_2010])
    limit = req._CallsPerIntervalLimitRaise(1, 3600, "*.jolpi.ca: 1 calls/h")
    monkeypatch.setattr(req._SessionWithRateLimiting, "_RATE_LIMITS", {re.compile(".*"): [limit]})

    with pytest.raises(RateLimited, match=r"1 calls/h.*wait an hour and run the same again") as caught:
        SeasonResults(2010, whole=True).of(session(MONACO_2010))
    assert caught.value.retry_after_s == 3600


def test_fewer_rows_than_announced_are_not_taken_for_all(jolpica, monkeypatch):
    jolpica([MONACO_2010])
    monkeypatch.setattr(
        "tests.replays.loading.fake_jolpica.page", lambda races, _endpoint, offset, _limit: (races[offset:], 5)
    )

    with pytest.raises(SourceUnavailable, match="jolpica sent 3 of 5 race results of 2010"):
        SeasonResults(2010, whole=True).of(session(MONACO_2010))


def test_a_reply_of_another_shape_is_told_in_one_line(jolpica):
    jolpica([{**MONACO_2010, "date": "soon"}])

    with pytest.raises(SourceUnavailable, match="race results of 2010 cannot be read") as caught:
        SeasonResults(2010, whole=True).of(session(MONACO_2010))
    assert "\n" not in str(caught.value)


def test_offline_it_says_that_they_are_not_in_the_cache(tmp_path):
    configure_fastf1(tmp_path, offline=True)

    with pytest.raises(SourceUnavailable, match="not in the FastF1 cache, and FASTF1_OFFLINE is set"):
        SeasonResults(2010, whole=True).of(session(MONACO_2010))


@pytest.mark.archive
@pytest.mark.parametrize(
    ("reply", "year", "event", "kind"),
    [
        ("2025/1/results", 2025, "Australia", "race"),
        ("2018/4/results", 2018, "Baku", "race"),
        ("2025/6/sprint", 2025, "Miami", "sprint"),
        ("2024/10/qualifying", 2024, "Spain", "qualifying"),
    ],
)
def test_recorded_replies_say_what_fastf1_says_of_the_session(
    f1_archive, fastf1_cache, tmp_path, jolpica, reply, year, event, kind
):
    configure_fastf1(fastf1_cache, offline=True)
    found = schedule.find_event(year, event, now=datetime(2026, 11, 1, tzinfo=UTC))
    record = schedule.session_record(found, kind)
    loaded = found.get_session(record.name)
    loaded.load(laps=False, telemetry=False, weather=False, messages=False)
    by_fastf1 = {entry.number: entry for entry in fastf1_tables.entry_records(loaded.results)}

    recorded = json.loads(Path(f1_archive / f"api.jolpi.ca/ergast/f1/{reply}.json").read_text())
    jolpica(recorded["MRData"]["RaceTable"]["Races"])
    _, entries = SeasonResults(year, whole=False).of(record)

    assert {entry.number for entry in entries} == by_fastf1.keys()
    for entry in entries:
        theirs = by_fastf1[entry.number]
        for field in ("code", "driver_ref", "team_ref", "grid", "position", "status", "points", "laps"):
            assert getattr(entry, field) == getattr(theirs, field), (entry.number, field)
        assert entry.classified == ("" if kind == "qualifying" else theirs.classified)
        assert entry.race_time_ms == theirs.race_time_ms
        assert entry.q_ms == theirs.q_ms


@pytest.mark.archive
def test_every_recorded_reply_makes_entries_that_the_catalogue_takes(f1_archive):
    from replays.loading.ergast_tables import qualifying_entries, race_entries
    from seasons.record_checks import check_entries

    counts: dict[str, int] = {}
    for path in (f1_archive / "api.jolpi.ca").rglob("*.json"):
        if path.stem not in ("results", "sprint", "qualifying"):
            continue
        for race in json.loads(path.read_text())["MRData"]["RaceTable"]["Races"]:
            rows = race.get("Results") or race.get("SprintResults") or race["QualifyingResults"]
            entries = qualifying_entries(rows) if path.stem == "qualifying" else race_entries(rows)
            check_entries(entries)
            assert len(entries) == len(rows)
            counts["pit lane"] = counts.get("pit lane", 0) + sum(entry.grid == 0 for entry in entries)
            counts["disqualified"] = counts.get("disqualified", 0) + sum(e.classified == "D" for e in entries)

    assert counts == {"pit lane": 5, "disqualified": 1}
