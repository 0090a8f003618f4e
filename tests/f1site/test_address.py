import socket

import pytest

from f1site.address import AddressError, listen, site_url


def test_port_zero_takes_a_free_port():
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("10.0.0.7", "http://10.0.0.7:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("::", "http://[::1]:8000"),
    ],
)
def test_the_url_is_one_that_a_browser_on_this_machine_can_open(host, url):
    assert site_url(host, 8000) == url


def test_a_taken_port_is_one_line_that_names_another():
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(AddressError) as caught:
            listen("127.0.0.1", port)

    assert f"port {port} of 127.0.0.1 is taken" in str(caught.value)
    assert f"PORT={port + 1}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_port_is_free_again_once_its_server_has_gone():
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            listener.accept()[0].close()

    listen("127.0.0.1", port).close()


@pytest.mark.parametrize(
    ("host", "port", "named"),
    [
        ("127.0.0.1", 65536, "PORT=65536"),
        ("127.0.0.1", -1, "PORT=-1"),
        ("192.0.2.1", 0, "HOST=192.0.2.1"),
        ("no such host", 0, "HOST=no such host"),
    ],
)
def test_an_impossible_address_is_one_line_that_names_the_setting(host, port, named):
    with pytest.raises(AddressError) as caught:
        listen(host, port)

    assert named in str(caught.value)
    assert "\n" not in str(caught.value)
