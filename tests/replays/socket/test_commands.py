import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replays.socket import commands
from replays.socket.commands import BadMessage, parse_command

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def test_each_command_is_read():
    assert parse_command('{"type": "seek", "t": 5000.0, "request_id": "7"}') == commands.Seek(t=5000.0, request_id="7")
    assert parse_command('{"type": "seek", "lap": 12}') == commands.Seek(lap=12)
    assert parse_command('{"type": "speed", "speed": 4}') == commands.Speed(speed=4.0)
    assert parse_command('{"type": "configure", "fps": 10, "columns": ["x"]}') == commands.Configure(
        fps=10, columns=["x"]
    )
    assert parse_command('{"type": "ping", "sent": 1.5}') == commands.Ping(sent=1.5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nonsense", "bad_json"),
        ("", "bad_json"),
        ('{"type": "seek", "t": NaN}', "bad_json"),
        ('{"type": "seek", "t": Infinity}', "bad_json"),
        ("[" * 100_000, "bad_json"),
        ("[]", "bad_message"),
        ("null", "bad_message"),
        ('{"type": "fly"}', "unknown_type"),
        ('{"t": 1}', "unknown_type"),
        ('{"type": ["play"]}', "unknown_type"),
        ('{"type": "seek"}', "bad_value"),
        ('{"type": "seek", "t": "ten"}', "bad_value"),
        ('{"type": "seek", "t": -1}', "bad_value"),
        ('{"type": "seek", "t": 1, "lap": 2}', "bad_value"),
        ('{"type": "speed", "speed": 65}', "bad_value"),
        ('{"type": "play", "when": "now"}', "bad_value"),
        ('{"type": "configure", "fps": 61}', "bad_value"),
        ('{"type": "control", "control": "nobody"}', "bad_value"),
    ],
)
def test_what_is_no_command_is_an_error_with_a_code(text, code):
    with pytest.raises(BadMessage) as error:
        parse_command(text)

    assert error.value.code == code
    assert str(error.value)


def test_an_error_answers_the_request_it_belongs_to_and_says_the_range():
    with pytest.raises(BadMessage, match=r"speed: 0\.25 to 64, not 1000") as error:
        parse_command('{"type": "speed", "speed": 1000, "request_id": "9"}')

    assert error.value.request_id == "9"


@given(json_values)
def test_no_json_value_is_more_than_an_error(value):
    with pytest.raises(BadMessage) as error:
        parse_command(json.dumps(value))

    assert error.value.code


@given(st.binary(max_size=200))
def test_no_bytes_are_more_than_an_error(data):
    with pytest.raises(BadMessage):
        parse_command(data)
