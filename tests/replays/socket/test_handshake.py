import pytest

from replays.socket.handshake import host_allowed, origin_allowed, subprotocol


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("http://f1.example:8000", True),
        ("https://f1.example:8000", True),
        ("https://page.example", True),
        ("https://page.example:8443", False),
        ("http://page.example", False),
        ("http://f1.example", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
        ("http://f1.example:8000.evil.example", False),
        ("ftp://f1.example:8000", False),
    ],
)
def test_a_page_must_come_from_here_or_be_in_the_list(origin, allowed):
    assert origin_allowed(origin, "f1.example:8000", ["https://page.example"]) is allowed


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("f1.example", True), ("f1.example:8000", True), ("evil.example", False), ("", False), ("a b", False)],
)
def test_the_host_must_be_ours(host, allowed):
    assert host_allowed(host, ["f1.example"]) is allowed


def test_the_first_subprotocol_we_speak_is_taken_and_only_strange_ones_are_refused():
    assert subprotocol([]) == ""
    assert subprotocol(["f1replay.v9", "f1replay.v1.json"]) == "f1replay.v1.json"
    assert subprotocol(["f1replay.v9"]) is None
