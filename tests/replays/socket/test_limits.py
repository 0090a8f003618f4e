from hypothesis import given
from hypothesis import strategies as st

from replays.socket.limits import Addresses, Bucket


@given(st.lists(st.floats(0, 0.5), max_size=80))
def test_a_bucket_never_admits_more_than_its_count_in_any_window(waits):
    bucket, now_s, admitted = Bucket(5, 1.0), 0.0, []
    for wait_s in waits:
        now_s += wait_s
        if bucket.admits(now_s):
            admitted.append(now_s)

    for moment in admitted:
        assert sum(moment <= other < moment + 1.0 for other in admitted) <= 5


def test_what_was_refused_does_not_count():
    bucket = Bucket(1, 1.0)

    assert [bucket.admits(t) for t in (0.0, 0.9, 1.0)] == [True, False, True]


def test_an_address_gives_its_places_back():
    addresses = Addresses()
    assert addresses.enter("a", 1)
    assert not addresses.enter("a", 1)
    assert addresses.enter("b", 1)

    addresses.leave("a")

    assert addresses.enter("a", 1)
