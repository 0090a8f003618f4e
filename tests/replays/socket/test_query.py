import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replays.playing.encoding import Variant
from replays.socket.query import BadQuery, Offered, Query, chosen_variant, parse_query

OFFERED = Offered(("x", "y", "gear"), ("1", "4", "81"), 30)


def variant(query: Query, before: Variant | None = None) -> Variant:
    return chosen_variant(OFFERED, before, fps=query.fps, batch=query.batch, columns=query.columns, cars=query.cars)


def test_without_a_query_a_viewer_gets_everything_in_batches_of_a_fifth_of_a_second():
    assert variant(parse_query(b"")) == Variant(30, 6, ("x", "y", "gear"), (0, 1, 2))


def test_what_is_asked_for_is_what_is_sent():
    query = parse_query(b"fps=10&batch=1&columns=gear,x&cars=81&t=12.5&speed=4&paused=1")

    assert variant(query) == Variant(10, 1, ("gear", "x"), (2,))
    assert (query.t, query.speed, query.paused) == (12.5, 4.0, True)


def test_what_is_not_named_stays_as_it_was():
    before = Variant(10, 2, ("x",), (1,))

    assert variant(Query(fps=5), before) == Variant(5, 2, ("x",), (1,))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"fps=61", "fps"),
        (b"fps=-1", "fps"),
        (b"fps=ten", "fps"),
        (b"batch=0", "batch"),
        (b"t=nan", "t"),
        (b"t=-3", "t"),
        (b"speed=0", "speed"),
        (b"paused=yes", "paused"),
        (b"colums=x", "colums"),
        (b"columns=", "columns"),
        (b"\xff\xfe", "query"),
    ],
)
def test_a_wrong_parameter_is_named(text, named):
    with pytest.raises(BadQuery, match=named):
        parse_query(text)


@pytest.mark.parametrize(("text", "named"), [(b"columns=z", "columns"), (b"cars=99", "cars"), (b"fps=31", "fps")])
def test_what_the_replay_does_not_have_cannot_be_asked_for(text, named):
    with pytest.raises(BadQuery, match=named):
        variant(parse_query(text))


@given(st.text("&=%+?fpsbatchcolumns0123456789.,-e", max_size=60))
def test_no_query_is_more_than_an_error(text):
    with contextlib.suppress(BadQuery):
        query = parse_query(text.encode())
        assert query.fps is None or 0 <= query.fps <= 60
