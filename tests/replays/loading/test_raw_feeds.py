import base64
import zlib

import pytest

from replays.loading.errors import CorruptFeed
from replays.loading.raw_feeds import (
    MOST_MINI_SECTOR_CHANGES,
    car_flags,
    check_packed,
    grid_places,
    leader_gaps,
    mini_sectors,
    parse_stream,
    t0_utc_ms,
)
from seasons.records import CarFlagRecord, MiniSectorRecord


def packed(body: bytes) -> str:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return f'"{base64.b64encode(deflate.compress(body) + deflate.flush()).decode()}"'


def test_a_stream_is_its_messages_with_their_session_times():
    feed = parse_stream("TimingData", b'\xef\xbb\xbf00:00:01.500{"a":1}\r\n01:02:03.004{"b":2}\r\n')

    assert feed.messages == ((1_500, {"a": 1}), (3_723_004, {"b": 2}))


@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf", b"\r\n"])
def test_an_empty_stream_has_no_messages(body):
    assert parse_stream("TimingData", body).messages == ()


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b'00:00:01.500{"a":1}\r\n00:00:02.0', "cut off in the middle of line 2"),
        (b'00:00:01.500{"a":1}', "cut off in the middle of line 1"),
        (b'00:00:01.500{"a":\r\n', "line 1 cannot be decoded"),
        (b'{"a":1}\r\n', "line 1 does not begin with a session time"),
        (b'00:00:01.500{"a":"\xff"}\r\n', "not UTF-8 at byte 18"),
        (b"<html>403 Forbidden</html>\r\n", "line 1 does not begin with a session time"),
    ],
)
def test_damage_is_told_with_its_place(body, complaint):
    with pytest.raises(CorruptFeed, match=complaint) as caught:
        parse_stream("TimingData", body)

    assert caught.value.feed == "TimingData.jsonStream"


def test_a_packed_feed_is_checked_but_left_to_fastf1():
    line = f"00:00:01.500{packed(b'{}')}\r\n".encode()

    assert parse_stream("Position.z", line).messages == ((1_500, None),)


@pytest.mark.parametrize(
    "quoted",
    [
        '"not base64!"',
        '"bm90IGRlZmxhdGU="',
        packed(b"no object"),
        packed(b'{"Position":[' + b"1," * 99)[:-8] + '"',
        "{}",
    ],
)
def test_what_is_no_packed_json_is_refused(quoted):
    with pytest.raises((ValueError, zlib.error)):
        check_packed(quoted)


def test_each_change_of_a_cars_state_counts_once():
    messages = [
        (1, {"Lines": {"4": {"InPit": False}}}),
        (2, {"Lines": {"4": {"InPit": True}}}),
        (3, {"Lines": {"4": {"InPit": True, "Sectors": []}}}),
        (4, {"Lines": {"4": {"InPit": False, "Retired": True}, "81": "odd"}}),
        (5, ["odd"]),
    ]

    assert car_flags(messages) == (
        CarFlagRecord(2, "4", "in_pit", True),
        CarFlagRecord(4, "4", "in_pit", False),
        CarFlagRecord(4, "4", "retired", True),
    )


def line_of(number, sectors):
    return {"Lines": {number: {"Sectors": sectors}}}


def test_gaps_to_the_leader_are_those_in_time():
    told = ["+1.234", "+1:02.003", "LAP 5", "1L", "", "+75.100", "1.234", None, 3, {"Value": "+1.0"}]
    messages = [(t_ms, {"Lines": {"4": {"GapToLeader": gap}}}) for t_ms, gap in enumerate(told)]
    messages += [(99, "text"), (99, {"Lines": None}), (99, {"Lines": {"81": "text"}})]

    assert leader_gaps(messages) == {"4": [(0, 1_234), (1, 62_003), (5, 75_100)]}


def test_each_change_of_a_mini_sector_counts_once_whether_it_comes_in_a_list_or_by_its_index():
    messages = [
        (1, line_of("4", [{"Segments": [{"Status": 0}, {"Status": 2048}]}, {"Value": ""}])),
        (2, line_of("4", {"0": {"Segments": {"0": {"Status": 2049}, "1": {"Status": 2048}}}})),
        (3, line_of("4", {"2": {"Segments": {"7": {"Status": 2064}}}})),
        (4, line_of("1", {"0": {"Segments": {"0": {"Status": 2049}}}})),
    ]

    assert mini_sectors(messages) == (
        MiniSectorRecord(1, "4", 0, 0, 0),
        MiniSectorRecord(1, "4", 0, 1, 2048),
        MiniSectorRecord(2, "4", 0, 0, 2049),
        MiniSectorRecord(3, "4", 2, 7, 2064),
        MiniSectorRecord(4, "1", 0, 0, 2049),
    )


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {"Lines": []},
        {"Lines": {"4": "odd"}},
        line_of("4", "odd"),
        line_of("4", [None, 7, {"Segments": "odd"}, {"Segments": [{"Status": 2048}]}]),
        line_of("4", {"3": {"Segments": [{"Status": 1}]}, "-1": {}, "x": {}, "²": {}, "": {}, "0" * 5000: {}}),
        line_of("4", {"0": {"Segments": {"99": {"Status": 2048}, "0": None, "1": {}, "2": {"Status": True}}}}),
        line_of("4", {"0": {"Segments": {"3": {"Status": "2048"}, "4": {"Status": 2.5}, "5": {"Status": None}}}}),
    ],
)
def test_a_malformed_mini_sector_is_passed_over(message):
    assert mini_sectors([(1, message)]) == ()


def test_more_mini_sectors_than_a_session_can_have_are_none():
    states = ({"0": {"Segments": {"0": {"Status": n % 2}}}} for n in range(MOST_MINI_SECTOR_CHANGES + 1))

    assert mini_sectors((t_ms, line_of("4", state)) for t_ms, state in enumerate(states)) == ()


def test_the_grid_is_the_last_word_of_the_timing_feed():
    messages = [
        (1, {"Lines": {"4": {"GridPos": "1"}, "81": {"GridPos": "2"}, "6": {"GridPos": ""}, "7": {"Line": 3}}}),
        (2, {"Lines": {"4": {"GridPos": "3"}, "5": {"GridPos": "0"}, "8": {"GridPos": 4}, "9": None}}),
        (3, {"Withheld": True}),
        (4, None),
    ]

    assert grid_places(messages) == {"4": 3, "81": 2}


def test_time_zero_is_that_of_the_promptest_message():
    messages = [
        (10_400, {"Messages": [{"Utc": "2025-03-16T04:00:10", "Message": "late by 0.4 s"}]}),
        (20_100, {"Messages": {"1": {"Utc": "2025-03-16T04:00:20"}}}),
        (30_000, {"Messages": {"2": {"Utc": "not a time"}, "3": {}}}),
    ]

    assert t0_utc_ms(messages) == 1_742_097_600_000 - 100


def test_without_a_message_time_zero_is_unknown():
    assert t0_utc_ms([]) is None
