"""The colours of sectors and the fastest lap, each as it was known then."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from replays.build.session_bests import best_lap_events, fastest_lap_events, sector_events
from seasons.records import RaceControlRecord, SessionStatusRecord
from tests.replays.build.sessions import LAP_MS, START_MS, lap, session

NOW = datetime(2025, 5, 4, tzinfo=UTC)
DELETED = "CAR {} (C{}) TIME {} DELETED - TRACK LIMITS AT TURN 4 LAP 9 15:48:48"


def driven(number, lap_number, *sectors_s, end_ms=None, **changes):
    """A lap of these sector times in seconds, None where there is none."""
    times = tuple(None if s is None else round(s * 1000) for s in sectors_s)
    total = sum(time or 0 for time in times)
    end_ms = START_MS + lap_number * LAP_MS if end_ms is None else end_ms
    ends = (end_ms - total + (times[0] or 0), end_ms - (times[2] or 0), end_ms)
    return lap(number, lap_number, end_ms, sector_ms=times, sector_end_ms=ends, lap_time_ms=total, **changes)


def colours(*laps, **changes):
    numbers = tuple(dict.fromkeys(one.number for one in laps))
    return [
        (event["number"], event["lap"], event["sector"], event["colour"])
        for event in sector_events(session(numbers, laps, **changes))
    ]


def told(events_of, *laps, messages=(), **changes):
    numbers = tuple(dict.fromkeys(one.number for one in laps))
    control = tuple(RaceControlRecord(t_ms, NOW, "Other", text) for t_ms, text in messages)
    return [
        (event["t_ms"], event["number"], event["lap"], event["lap_time_ms"])
        for event in events_of(session(numbers, laps, race_control=control, **changes))
    ]


fastest = partial(told, fastest_lap_events)
best = partial(told, best_lap_events)


def test_a_sector_is_purple_when_nobody_was_faster_green_when_the_car_was_not_and_yellow_otherwise():
    told = colours(
        driven("1", 1, 30, 30, 30),
        driven("2", 1, 31, 29, 31, end_ms=START_MS + LAP_MS + 2_000),
        driven("1", 2, 29.9, 29.5, 31),
        driven("2", 2, 30.5, 29, 30.9, end_ms=START_MS + 2 * LAP_MS + 2_000),
    )

    def lap_of(number, lap_number):
        return [colour for *name, _, colour in sorted(told) if name == [number, lap_number]]

    assert lap_of("1", 1) == ["purple", "purple", "purple"]
    assert lap_of("2", 1) == ["green", "purple", "green"]
    assert lap_of("1", 2) == ["purple", "green", "yellow"]
    assert lap_of("2", 2) == ["green", "yellow", "green"]


def test_a_sector_is_told_at_its_line_with_its_time():
    first, *_ = sector_events(session(("1",), (driven("1", 1, 30.1, 30.2, 30.3),)))

    assert first == {
        "kind": "sector",
        "t_ms": START_MS + LAP_MS - 60_500,
        "number": "1",
        "lap": 1,
        "sector": 1,
        "time_ms": 30_100,
        "colour": "purple",
    }


def test_a_sector_without_a_time_or_an_end_and_a_generated_lap_have_no_colour():
    unended = replace(driven("1", 2, 30, 30, 30), sector_end_ms=(START_MS + 130_000, None, None))
    laps = driven("1", 1, None, 30, 30), unended, driven("1", 3, 20, 20, 20, generated=True)

    assert [told[:3] for told in colours(*laps)] == [("1", 1, 2), ("1", 1, 3), ("1", 2, 1)]


def test_each_segment_of_qualifying_begins_anew():
    words = (START_MS, "Started"), (START_MS + 150_000, "Finished"), (START_MS + 160_000, "Started")
    told = colours(
        driven("1", 1, 30, 30, 30),
        driven("1", 3, 31, 31, 31),
        kind="qualifying",
        session_status=tuple(SessionStatusRecord(*word) for word in words),
    )

    assert {colour for *_, colour in told} == {"purple"}


def test_a_sector_through_the_pits_is_yellow_and_no_measure_for_the_next_ones():
    told = colours(
        driven("1", 1, 30, 30, 24, pit_in_ms=START_MS + LAP_MS - 5_000),
        driven("1", 2, 25, 31, 31, pit_out_ms=START_MS + 2 * LAP_MS - 80_000),
        driven("1", 3, 29, 29, 29),
    )

    assert told == [
        ("1", 1, 1, "purple"),
        ("1", 1, 2, "purple"),
        ("1", 1, 3, "yellow"),
        ("1", 2, 1, "yellow"),
        ("1", 2, 2, "yellow"),
        ("1", 2, 3, "purple"),
        ("1", 3, 1, "purple"),
        ("1", 3, 2, "purple"),
        ("1", 3, 3, "purple"),
    ]


@given(st.lists(st.integers(20_000, 40_000), min_size=1, max_size=12))
def test_whatever_comes_later_changes_no_colour(times_ms):
    laps = [driven(str(n % 3), n // 3 + 1, ms / 1000, 30, 30, end_ms=n * LAP_MS) for n, ms in enumerate(times_ms, 1)]

    every = colours(*laps)

    for known in range(1, len(laps)):
        then = colours(*laps[:known])
        assert every[: len(then)] == then


def test_the_fastest_lap_is_told_whenever_it_is_beaten_and_not_when_it_is_equalled():
    told = fastest(
        driven("1", 1, 30, 30, 30),
        driven("2", 1, 30, 30, 30, end_ms=START_MS + LAP_MS + 500),
        driven("2", 2, 30, 29, 30),
        driven("1", 3, 30, 30, 31),
    )

    assert told == [(START_MS + LAP_MS, "1", 1, 90_000), (START_MS + 2 * LAP_MS, "2", 2, 89_000)]


def test_a_deleted_lap_was_the_fastest_until_race_control_said_so():
    deleted_ms = START_MS + 3 * LAP_MS + 20_000
    told = fastest(
        driven("1", 1, 30, 30, 30),
        driven("2", 2, 30, 29, 30),
        driven("1", 3, 29, 29, 29),
        driven("2", 4, 29, 29.5, 29.5),
        messages=[(deleted_ms, DELETED.format(1, 1, "1:27.000"))],
    )

    assert told[2:] == [
        (START_MS + 3 * LAP_MS, "1", 3, 87_000),
        (deleted_ms, "2", 2, 89_000),
        (START_MS + 4 * LAP_MS, "2", 4, 88_000),
    ]


def test_without_another_lap_there_is_no_fastest_one_after_a_deletion():
    end_ms = START_MS + LAP_MS

    told = fastest(driven("1", 1, 30, 30, 30), messages=[(end_ms + 5, DELETED.format(1, 1, "1:30.000"))])

    assert told == [(end_ms, "1", 1, 90_000), (end_ms + 5, None, None, None)]


def test_a_lap_that_is_deleted_before_it_ends_is_never_the_fastest():
    end_ms = START_MS + LAP_MS

    assert fastest(driven("1", 1, 30, 30, 30), messages=[(end_ms - 5, DELETED.format(1, 1, "1:30.000"))]) == []


def test_generated_laps_and_laps_without_a_time_are_no_fastest_lap():
    laps = driven("1", 1, 10, 10, 10, generated=True), replace(driven("1", 2, 30, 30, 30), lap_time_ms=None)

    assert fastest(*laps) == []


def test_a_reinstated_lap_is_the_fastest_again():
    messages = ((300_000, DELETED.format("1", "1", "1:27.000")), (310_000, "CAR 1 (C1) TIME 1:27.000 REINSTATED"))

    told = fastest(driven("1", 1, 29, 29, 29), driven("2", 1, 30, 30, 30), messages=messages)

    assert [event[1:] for event in told] == [("1", 1, 87_000), ("2", 1, 90_000), ("1", 1, 87_000)]
    assert [event[0] for event in told[1:]] == [300_000, 310_000]


def test_a_lap_through_the_pits_is_never_the_fastest():
    into = driven("1", 1, 30, 30, 20, pit_in_ms=START_MS + LAP_MS - 5_000)
    out_of = driven("1", 2, 20, 30, 30, pit_out_ms=START_MS + 2 * LAP_MS - 70_000)

    assert fastest(into, out_of, driven("1", 3, 30, 30, 30)) == [(START_MS + 3 * LAP_MS, "1", 3, 90_000)]


QUALIFYING = {
    "kind": "qualifying",
    "session_status": (
        SessionStatusRecord(START_MS, "Started"),
        SessionStatusRecord(250_000, "Finished"),
        SessionStatusRecord(255_000, "Started"),
    ),
}


def test_each_segment_of_qualifying_begins_without_a_fastest_lap():
    told = fastest(driven("1", 1, 29, 29, 29), driven("2", 2, 30, 30, 30), **QUALIFYING)

    assert told == [(160_000, "1", 1, 87_000), (255_000, None, None, None), (260_000, "2", 2, 90_000)]


def test_what_becomes_of_a_lap_of_an_earlier_segment_changes_nothing_in_a_later_one():
    messages = ((300_000, DELETED.format("1", "1", "1:27.000")), (310_000, "CAR 1 (C1) TIME 1:27.000 REINSTATED"))

    told = fastest(driven("1", 1, 29, 29, 29), driven("2", 2, 30, 30, 30), messages=messages, **QUALIFYING)

    assert told[2:] == [(260_000, "2", 2, 90_000)]


def test_the_best_lap_of_each_car_is_told_whenever_it_is_another_one():
    deletion = (400_000, DELETED.format("2", "2", "1:27.000"))

    told = best(
        driven("1", 1, 30, 30, 30),
        driven("1", 2, 31, 30, 30),
        driven("2", 1, 32, 30, 30),
        driven("2", 2, 29, 29, 29),
        messages=(deletion,),
    )

    assert told == [
        (160_000, "1", 1, 90_000),
        (160_000, "2", 1, 92_000),
        (260_000, "2", 2, 87_000),
        (400_000, "2", 1, 92_000),
    ]


def test_a_best_lap_is_of_its_segment_of_qualifying():
    told = best(driven("1", 1, 29, 29, 29), driven("1", 2, 30, 30, 30), **QUALIFYING)

    assert told == [(160_000, "1", 1, 87_000), (255_000, "1", None, None), (260_000, "1", 2, 90_000)]


@given(
    st.lists(st.tuples(st.sampled_from("123"), st.integers(25_000, 32_000)), min_size=1, max_size=12),
    st.sets(st.integers(0, 11)),
)
def test_the_fastest_lap_is_the_best_of_the_best_laps(times_ms, deleted):
    laps, count = [], dict.fromkeys("123", 0)
    for row, (number, third_ms) in enumerate(times_ms):
        count[number] += 1
        third_s = third_ms / 1000
        laps.append(driven(number, count[number], third_s, 30, 30, end_ms=START_MS + LAP_MS + 1_000 * row))
    messages = []
    for row in sorted(deleted & set(range(len(laps)))):
        total_ms = laps[row].lap_time_ms
        text = f"{total_ms // 60_000}:{total_ms % 60_000 // 1_000:02d}.{total_ms % 1_000:03d}"
        messages.append((400_000 + row, DELETED.format(laps[row].number, laps[row].number, text)))

    of_cars, of_all = best(*laps, messages=messages), fastest(*laps, messages=messages)

    for t_ms in sorted({one[0] for one in of_cars + of_all}):
        last = {number: time_ms for at_ms, number, _, time_ms in of_cars if at_ms <= t_ms}
        expected = min((time_ms for time_ms in last.values() if time_ms is not None), default=None)
        assert next((time_ms for at_ms, *_, time_ms in reversed(of_all) if at_ms <= t_ms), None) == expected
