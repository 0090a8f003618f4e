import pytest

from replays.socket.handshake import host_allowed, origin_allowed, own_origin, subprotocol


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("http://f1.example:8000", True),
        ("HTTP://F1.example:8000", True),
        ("https://f1.example:8000", False),
        ("http://f1.example:8001", False),
        ("https://page.example", True),
        ("https://page.example:8443", False),
        ("http://page.example", False),
        ("http://f1.example", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
        ("http://f1.example:8000.evil.example", False),
        ("ftp://f1.example:8000", False),
        ("http://f1.example:8000/", False),
        ("http://user@f1.example:8000", False),
        ("http://f1.example:80000", False),
    ],
)
def test_a_page_must_come_from_here_or_be_in_the_list(origin, allowed):
    own = own_origin("ws", "f1.example:8000")
    assert origin_allowed(origin, own, ["https://page.example"]) is allowed


@pytest.mark.parametrize(
    ("scheme", "host", "origin"),
    [
        ("ws", "f1.example", "http://f1.example"),
        ("ws", "f1.example:80", "http://f1.example"),
        ("wss", "f1.example", "https://f1.example"),
        ("wss", "f1.example:443", "https://f1.example"),
        ("wss", "[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_the_port_that_a_scheme_implies_need_not_be_said_and_the_scheme_must_be_the_sockets(scheme, host, origin):
    other = origin.replace("https:", "ws:").replace("http:", "https:").replace("ws:", "http:")

    assert origin_allowed(origin, own_origin(scheme, host), [])
    assert not origin_allowed(other, own_origin(scheme, host), [])


@pytest.mark.parametrize("host", ["", "f1.example:port", "f1.example/x"])
def test_a_host_that_is_none_has_no_pages(host):
    assert not origin_allowed(f"http://{host}", own_origin("ws", host), [])


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("f1.example", True), ("f1.example:8000", True), ("evil.example", False), ("", False), ("a b", False)],
)
def test_the_host_must_be_ours(host, allowed):
    assert host_allowed(host, ["f1.example"]) is allowed


def test_the_first_subprotocol_we_speak_is_taken_and_only_strange_ones_are_refused():
    assert subprotocol([]) == ""
    assert subprotocol(["f1replay.v9", "f1replay.v1.json"]) == "f1replay.v1.json"
    assert subprotocol(["f1replay.v1.bin", "f1replay.v1.json"]) == "f1replay.v1.bin"
    assert subprotocol(["f1replay.v1.json", "f1replay.v1.bin"]) == "f1replay.v1.json"
    assert subprotocol(["f1replay.v9"]) is None
