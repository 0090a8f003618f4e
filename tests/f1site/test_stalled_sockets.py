"""Clients that do not read, on every server: they are waited for, cost little, and are gone one day."""

import datetime
import http.client
import json
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.f1site.environment import PROJECT

pytestmark = pytest.mark.slow

PATIENCE_S = 60
MAX_GROWTH_BYTES = 8e6
"""Of what is sent to a client, the system alone may take 4 MB; that is not the process's."""
MAX_SENT_BYTES = 16e6
PINGS_BYTES = 20_000_000
EVERY_SERVER = ["serve", "uvicorn", "daphne"]
SITE = "tests.f1site.flooding_site:application"
SERVE = f"""
import sys, uvicorn
from f1site.address import listen
from f1site.http_protocol import GuardedProtocol
from f1site.server import Server
from f1site.socket_protocol import GuardedSocket
port, interval, timeout = map(int, sys.argv[1:])
config = uvicorn.Config("{SITE}", interface="asgi3", lifespan="off", http=GuardedProtocol, ws=GuardedSocket,
                        ws_ping_interval=interval, ws_ping_timeout=timeout, log_level="warning")
Server(config, lambda: None).run([listen("127.0.0.1", port)])
"""


def command(kind: str, address: "int | Path", folder: Path, ping_s: int) -> list[str]:
    port, ping = str(address), str(ping_s)
    daphne = ["-m", "daphne", "-v0", "--ping-interval", ping, "--ping-timeout", ping]
    return [
        sys.executable,
        *{
            "serve": ["-c", SERVE, port, ping, ping],
            "uvicorn": ["-m", "uvicorn", "--port", port, "--ws-ping-interval", ping, "--ws-ping-timeout", ping, SITE],
            "daphne": [*daphne, "-p", port, SITE],
            "daphne by TLS": [*daphne, "-e", f"ssl:{port}:privateKey={folder}/tls.pem:interface=127.0.0.1", SITE],
            "daphne at a Unix socket": [*daphne, "-u", port, SITE],
        }[kind],
    ]


def certify(path: Path) -> None:
    """A key and a certificate of its own, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem))


class Site:
    """The flooding site on one kind of server."""

    def __init__(self, kind: str, folder: Path, ping_s: int = 600, **settings: str) -> None:
        self.is_tls = kind == "daphne by TLS"
        if self.is_tls:
            certify(folder / "tls.pem")
        if kind == "daphne at a Unix socket":
            self.address: int | Path = folder / "socket"
        else:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.address = free.getsockname()[1]
        self.process = subprocess.Popen(
            command(kind, self.address, folder, ping_s),
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"], **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.sockets: list[socket.socket] = []

    def stop(self) -> None:
        for connection in self.sockets:
            connection.close()
        self.process.kill()
        self.process.wait()

    def connect(self) -> socket.socket:
        is_local = isinstance(self.address, Path)
        connection = socket.socket(socket.AF_UNIX if is_local else socket.AF_INET)
        connection.settimeout(PATIENCE_S)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            connection.connect(str(self.address) if is_local else ("127.0.0.1", self.address))
        except OSError:
            connection.close()
            raise
        return ssl._create_unverified_context().wrap_socket(connection) if self.is_tls else connection

    def ask(self, path: str) -> tuple[socket.socket, bytes]:
        """A connection that wants to be a WebSocket, and how the answer begins."""
        connection = self.connect()
        self.sockets.append(connection)
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        return connection, connection.recv(16)

    def open(self, path: str) -> socket.socket:
        connection, status = self.ask(path)
        assert b" 101 " in status
        return connection

    def tells(self) -> dict:
        connection = http.client.HTTPConnection("localhost")
        connection.sock = self.connect()
        try:
            connection.request("GET", "/")
            return json.load(connection.getresponse())
        finally:
            connection.close()

    def begins(self) -> dict:
        """Once it answers: what it tells."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None
            try:
                return self.tells()
            except OSError:
                time.sleep(0.02)
        raise AssertionError("does not answer")

    def until(self, wanted) -> dict:
        """The first that it tells for which `wanted` is true."""
        deadline = time.monotonic() + PATIENCE_S
        while not wanted(facts := self.tells()):
            assert time.monotonic() < deadline, facts
            time.sleep(0.05)
        return facts

    def stalls(self, path: str) -> int:
        """How many bytes were sent once no more are."""
        before = -1
        deadline = time.monotonic() + PATIENCE_S
        while before != (sent := self.tells()[path]["sent"]) or not sent:
            assert time.monotonic() < deadline, f"{sent} bytes, and more"
            before = sent
            time.sleep(1)
        return sent

    def resident_bytes(self) -> int:
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, check=True)
        return int(told.stdout) * 1024


@pytest.fixture
def begun(tmp_path):
    sites = []

    def begin(kind: str, **settings) -> Site:
        sites.append(Site(kind, tmp_path, **settings))
        return sites[-1]

    yield begin
    for site in sites:
        site.stop()


def client_frame(opcode: int, payload: bytes) -> bytes:
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + bytes(4) + payload


CLOSE, PING = client_frame(8, struct.pack("!H", 1000)), client_frame(9, b"p" * 100)


@pytest.mark.parametrize("kind", [*EVERY_SERVER, "daphne by TLS", "daphne at a Unix socket"])
def test_it_is_waited_for_and_disturbs_nobody(begun, kind):
    site = begun(kind)
    site.begins()
    reader = site.open("/ticks")
    before = site.resident_bytes()
    stalled = site.open("/flood")

    sent = site.stalls("/flood")
    assert sent < MAX_SENT_BYTES
    assert site.resident_bytes() - before < MAX_GROWTH_BYTES

    ticks = b""
    while len(seen := re.findall(rb"\d{6}", ticks)) < 100:
        ticks += reader.recv(4096)
    assert [int(tick) for tick in seen] == list(range(len(seen)))

    while site.tells()["/flood"]["sent"] == sent:
        assert stalled.recv(1 << 20), "who reads again is sent more"


@pytest.mark.parametrize("kind", [*EVERY_SERVER, "daphne by TLS", "daphne at a Unix socket"])
def test_it_is_gone_after_the_site_has_closed_it(begun, kind):
    site = begun(kind)
    at_first = site.begins()["descriptors"]
    site.open("/close")
    site.until(lambda facts: facts["/close"]["has_ended"] and facts["descriptors"] <= at_first)


@pytest.mark.parametrize("kind", EVERY_SERVER)
def test_it_is_gone_after_it_has_closed(begun, kind):
    site = begun(kind, **({"ping_s": 1} if kind == "daphne" else {}))  # which does not read it, but misses its pongs
    at_first = site.begins()["descriptors"]
    stalled = site.open("/flood")
    site.stalls("/flood")
    stalled.sendall(CLOSE)
    site.until(lambda facts: facts["/flood"]["has_ended"] and facts["descriptors"] <= at_first)


@pytest.mark.parametrize("kind", ["serve", "daphne"])  # plain uvicorn waits, until the site closes
def test_it_is_gone_after_pings_that_it_did_not_answer(begun, kind):
    site = begun(kind, ping_s=1)
    at_first = site.begins()["descriptors"]
    site.open("/flood")
    site.until(lambda facts: facts["/flood"]["has_ended"] and facts["descriptors"] <= at_first)


@pytest.mark.parametrize("kind", ["serve", "daphne"])  # plain uvicorn keeps every answer
def test_pings_whose_answers_it_does_not_read_cost_little(begun, kind):
    site = begun(kind)
    site.begins()
    stalled = site.open("/flood")
    site.stalls("/flood")
    before = site.resident_bytes()
    stalled.settimeout(1)
    pings = PING * 1000
    for _ in range(PINGS_BYTES // len(pings)):
        try:
            stalled.sendall(pings)
        except TimeoutError:
            break
    site.tells()
    assert site.resident_bytes() - before < MAX_GROWTH_BYTES


@pytest.mark.parametrize("kind", EVERY_SERVER)
def test_a_server_that_stops_does_not_wait_for_it(begun, kind):
    site = begun(kind, ping_s=20)
    site.begins()
    site.open("/ticks")
    stalled, closed = site.open("/flood"), site.open("/flood")
    site.stalls("/flood")
    closed.sendall(CLOSE)
    site.tells()
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(PATIENCE_S) in (0, -signal.SIGTERM)
    stalled.close()


@pytest.mark.parametrize(("kind", "status"), [("serve", 503), ("uvicorn", 503), ("daphne", 403)])
def test_a_server_that_stops_refuses_new_sockets_and_hears_a_second_signal_at_once(begun, kind, status):
    site = begun(kind, LONG_FAREWELL="1")
    site.begins()
    site.open("/ticks")
    site.process.send_signal(signal.SIGTERM)
    while b" 101 " in (said := site.ask("/ticks")[1]):
        time.sleep(0.01)
    assert f" {status} ".encode() in said

    assert site.process.poll() is None, "the farewell takes longer"
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(PATIENCE_S) in (0, -signal.SIGTERM)
