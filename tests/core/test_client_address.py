"""Whose request it is, and whether it is secure: whatever stands in the headers."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.client_address import UNKNOWN, ClientAddress, network_of, parsed_address

PEER = ("198.51.100.7", 50123)
FOR, PROTO = b"X-Forwarded-For", b"X-Forwarded-Proto"

ADDRESSES = st.ip_addresses().map(str)
HEADER_VALUES = st.binary(max_size=60).filter(lambda value: b"\r" not in value and b"\n" not in value)
WRITTEN = {
    "192.0.2.1": "192.0.2.1",
    " \t192.0.2.1 ": "192.0.2.1",
    "192.0.2.1:443": "192.0.2.1",
    "::ffff:192.0.2.1": "192.0.2.1",
    "[::ffff:192.0.2.1]:80": "192.0.2.1",
    "2001:DB8:0:0::1": "2001:db8::1",
    "[2001:db8::1]": "2001:db8::1",
    "[2001:db8::1]:65535": "2001:db8::1",
    "fe80::1%eth0": "fe80::1",
    "[fe80::1%25eth0]:1": "fe80::1",
}
MALFORMED = (
    "",
    " ",
    "unknown",
    "_hidden",
    "example.org",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.01",
    "192.0.2.1/24",
    "192.0.2.1:",
    "192.0.2.1:65536",
    "192.0.2.1:http",
    "192.0.2.1:²",
    "[192.0.2.1]",
    "[2001:db8::1",
    "[2001:db8::1]x",
    "2001:db8::1]",
    "2001:db8:::1",
    "fe80::1%",
    '"192.0.2.1"',
    "192.0.2.1 192.0.2.2",
    "١٩٢.0.2.1",
    "192.0.2.1\0",
    "fe80::1%" + "x" * 200,
)


async def seen(hops, headers=(), **scope):
    """The scope that an application finds behind so many proxies."""
    found = []

    async def application(scope, receive, send):
        found.append(scope)

    headers = [(name.lower(), value) for name, value in headers]
    given = {"type": "http", "scheme": "http", "client": PEER, "headers": headers, **scope}
    await ClientAddress(application, hops)(given, None, None)
    return found[0]


async def address(hops, *values, **scope):
    return (await seen(hops, [(FOR, value) for value in values], **scope))["client"][0]


@pytest.mark.parametrize(("text", "address"), WRITTEN.items())
def test_an_address_is_read_in_whatever_way_it_is_written(text, address):
    assert parsed_address(text) == address


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_address_is_none(text):
    assert parsed_address(text) is None


@given(st.text(max_size=120))
def test_whatever_comes_out_is_an_address_in_its_one_form(text):
    found = parsed_address(text)
    assert found is None or (found == str(ip_address(found)) == parsed_address(found))


@given(st.lists(HEADER_VALUES, max_size=5))
async def test_without_a_proxy_no_header_counts(values):
    scope = await seen(0, [(FOR, value) for value in values] + [(PROTO, b"https")])
    assert (scope["client"], scope["scheme"]) == (PEER, "http")


@given(
    hops=st.integers(1, 4),
    chain=st.lists(ADDRESSES, min_size=4, max_size=4),
    made_up=st.lists(HEADER_VALUES, max_size=5),
    in_the_same_line=st.booleans(),
)
async def test_nothing_that_a_client_prepends_changes_whose_request_it_is(hops, chain, made_up, in_the_same_line):
    """Each proxy appends whom it was connected from; the outermost saw the client."""
    appended = [text.encode() for text in chain[:hops]]
    honest = await address(hops, b", ".join(appended))
    assert honest == parsed_address(chain[0])

    if in_the_same_line:
        forged = await address(hops, b", ".join([*made_up, *appended]))
    else:
        forged = await address(hops, *made_up, *appended)
    assert forged == honest


@given(hops=st.integers(1, 4), appended=st.sampled_from(["http", "https"]), made_up=st.lists(HEADER_VALUES, max_size=5))
async def test_nothing_that_a_client_prepends_makes_its_request_secure(hops, appended, made_up):
    told = [appended.encode()] * hops
    scope = await seen(hops, [(PROTO, b",".join([*made_up, *told]))])
    assert scope["scheme"] == appended


@given(st.lists(ADDRESSES, min_size=1, max_size=3), st.data())
async def test_a_header_that_is_too_short_counts_as_absent(told, data):
    hops = data.draw(st.integers(len(told) + 1, 9))
    assert await address(hops, ", ".join(told).encode()) == PEER[0]


@pytest.mark.parametrize("text", MALFORMED)
async def test_a_malformed_address_counts_as_absent(text):
    assert await address(1, b"203.0.113.9, " + text.encode()) == PEER[0]


async def test_the_addresses_of_all_lines_are_one_list():
    assert await address(2, b"203.0.113.1", b"203.0.113.2, 203.0.113.3") == "203.0.113.2"
    assert await address(3, b"203.0.113.1", b"203.0.113.2, 203.0.113.3") == "203.0.113.1"


async def test_a_socket_has_its_clients_address_too():
    headers = [(FOR, b"203.0.113.1"), (PROTO, b"https")]
    scope = await seen(1, headers, type="websocket", scheme="ws")
    assert (scope["client"], scope["scheme"]) == (("203.0.113.1", 0), "wss")


@pytest.mark.parametrize("client", [("::ffff:192.0.2.1", 1), ("192.0.2.1", 1)])
async def test_a_connection_has_the_same_address_on_either_kind_of_listener(client):
    assert (await seen(0, client=client))["client"] == ("192.0.2.1", 1)


@pytest.mark.parametrize("client", [None, ("", 0), ("a-name", 0)])
async def test_who_comes_by_a_unix_socket_has_an_address_that_can_be_parsed(client):
    assert await address(0, client=client) == UNKNOWN
    assert await address(1, b"203.0.113.1", client=client) == "203.0.113.1"
    assert ip_address(UNKNOWN).is_unspecified


@pytest.mark.parametrize(
    ("hops", "told", "is_secure"),
    [
        (0, [b"https"], False),
        (1, [b"https"], True),
        (1, [b" HTTPS "], True),
        (1, [b"wss"], True),
        (1, [], False),
        (1, [b""], False),
        (1, [b"http"], False),
        (1, [b"httpsx"], False),
        (1, [b"https, http"], False),
        (1, [b"https", b"http"], False),
        (1, [b"http, https"], True),
        (2, [b"https, http"], True),
        (2, [b"https, http, http"], False),
        (2, [b"https"], True),  # by proxies that replace it
        (3, [b"https, https"], False),
    ],
)
async def test_a_request_is_secure_where_the_outermost_proxy_says_so(hops, told, is_secure):
    scope = await seen(hops, [(PROTO, value) for value in told])
    assert scope["scheme"] == ("https" if is_secure else "http")


async def test_a_connection_over_tls_is_secure_whatever_a_proxy_says():
    assert (await seen(1, [(PROTO, b"http")], scheme="https"))["scheme"] == "https"


async def test_the_servers_own_scope_stays_as_it_is_and_other_scopes_pass():
    given = {"type": "http", "client": PEER, "headers": [(b"x-forwarded-for", b"203.0.113.1")]}
    found = []

    async def application(scope, receive, send):
        found.append(scope)

    await ClientAddress(application, 1)(given, None, None)
    await ClientAddress(application, 1)({"type": "lifespan"}, None, None)

    assert given["client"] == PEER
    assert found[1] == {"type": "lifespan"}


def test_an_ipv6_client_shares_limits_with_its_network():
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::") != network_of("2001:db8:1:2::")
    assert network_of("192.0.2.1") == "192.0.2.1"


@given(ADDRESSES.map(parsed_address), ADDRESSES.map(parsed_address))
def test_two_clients_share_limits_if_and_only_if_they_share_a_network(one, other):
    bits = 64 if ":" in one and ":" in other else 0
    alike = one == other if not bits else int(ip_address(one)) >> bits == int(ip_address(other)) >> bits
    assert (network_of(one) == network_of(other)) == alike
