"""Errors and traces with the real SDKs, sent to a fake receiver; each site is a process of its own."""

import subprocess
import sys

import pytest

from f1site.observability import told_of
from tests.f1site.environment import PROJECT, bare_environment
from tests.f1site.fake_reporting import FakeReceiver, fake_receiver

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "k3y-0f-Tests-that-Protects-nothing-9f8e7d6c5b4a3210-zyxwvutsrqponmlk",
    "ALLOWED_HOSTS": "localhost",
    "APP_VERSION": "7.8.9",
    "ENVIRONMENT": "rehearsal",
    "DJANGO_SETTINGS_MODULE": "f1site.settings",
}
ASK = """
import asyncio
from channels.testing import HttpCommunicator, WebsocketCommunicator
from f1site.asgi import application

HEADERS = [
    (b"host", b"localhost"), (b"cookie", b"sessionid=cookie-of-ada"), (b"authorization", b"Bearer bearer-of-ada"),
    (b"user-agent", b"browser-of-ada"), (b"x-forwarded-for", b"203.0.113.77"), (b"x-request-id", b"request-of-ada"),
    (b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
]

async def get(path):
    communicator = HttpCommunicator(application, "GET", path, headers=HEADERS)
    communicator.scope |= {"client": ["203.0.113.78", 1234], "scheme": "http", "server": ["localhost", 80]}
    return (await communicator.get_response(timeout=30))["status"]
"""
FAIL_BY_HTTP = (
    ASK
    + """
from django.urls import path
from f1site import urls

def fail(request, name):
    password = "swordfish"
    raise ValueError(f"it broke, token={password}")

urls.urlpatterns.insert(0, path("fails/<str:name>/", fail))
print(asyncio.run(get("/fails/ada/?ticket=ticket-of-ada")))
"""
)
FAIL_BY_SOCKET = (
    ASK
    + """
from replays.socket.consumer import ReplayConsumer

async def fail(self):
    await self.send({"type": "websocket.accept"})
    raise LookupError("the consumer broke")

ReplayConsumer.connect = fail

async def open_socket():
    communicator = WebsocketCommunicator(application, "/ws/v1/replays/x/?ticket=ticket-of-ada", headers=HEADERS)
    communicator.scope |= {"client": ["203.0.113.78", 1234], "scheme": "ws", "server": ["localhost", 80]}
    await communicator.connect(timeout=30)
    print((await communicator.receive_output(timeout=30))["code"])
    await communicator.disconnect()

asyncio.run(open_socket())
"""
)
FAIL_BY_BUILD = """
import django
django.setup()
from types import SimpleNamespace
from replays import catalogued

def fail(claim, source):
    raise ArithmeticError("the build broke")

catalogued._make_ready = fail
catalogued.settle = lambda *args, **options: None
catalogued.carry_out(None, SimpleNamespace(offline=True))
"""
ANSWER = ASK + "print(*[asyncio.run(get(path)) for path in ('/openapi.json', '/nothing/here', '/health/live')])"
PERSONAL = ("-of-ada", "swordfish", "203.0.113", "ada/?")


@pytest.fixture
def receiver():
    with fake_receiver() as receiver:
        yield receiver


def run(tmp_path, script: str, **settings: str) -> subprocess.CompletedProcess:
    finished = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env=bare_environment(tmp_path, **PRODUCTION | settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
    return finished


def the_event(receiver: FakeReceiver, error: str) -> dict:
    (event,) = receiver.sentry_events()
    assert [value["type"] for value in event["exception"]["values"]] == [error]
    assert (event["release"], event["environment"]) == ("7.8.9", "rehearsal")
    told = str(receiver.received)
    assert [secret for secret in PERSONAL if secret in told.replace("request-of-ada", "")] == []
    return event


@pytest.mark.slow
def test_an_error_of_a_request_is_told_once_with_its_id_and_without_who_asked(tmp_path, receiver):
    finished = run(tmp_path, FAIL_BY_HTTP, SENTRY_DSN=receiver.sentry_dsn)

    assert finished.stdout == "500\n"
    event = the_event(receiver, "ValueError")
    assert event["exception"]["values"][0]["value"] == "it broke, token=[hidden]"
    assert event["tags"]["request_id"] == "request-of-ada"
    assert event["transaction"] == "/fails/<name>/"
    assert event["request"] == {"method": "GET", "url": "http://localhost/fails/ada/"}
    assert all("vars" not in frame for frame in event["exception"]["values"][0]["stacktrace"]["frames"])


def test_a_secret_in_an_address_is_not_told_either():
    request = {"url": "http://localhost/api/v1/x&token=secret-of-ada?a=b", "method": "GET"}
    assert told_of({"request": request}, {})["request"]["url"] == "http://localhost/api/v1/x&token=[hidden]"


@pytest.mark.slow
def test_an_error_of_a_socket_is_told(tmp_path, receiver):
    finished = run(tmp_path, FAIL_BY_SOCKET, SENTRY_DSN=receiver.sentry_dsn)

    assert finished.stdout == "1011\n"
    event = the_event(receiver, "LookupError")
    assert event["request"]["url"] == "ws://localhost/ws/v1/replays/x/"
    assert "ws" not in [item.get("type") for item in receiver.sentry_events()]
    assert all(b'"type":"transaction"' not in body for _path, body in receiver.received)


@pytest.mark.slow
def test_an_unforeseen_error_of_a_build_is_told(tmp_path, receiver):
    run(tmp_path, FAIL_BY_BUILD, SENTRY_DSN=receiver.sentry_dsn)

    assert the_event(receiver, "ArithmeticError")["logger"] == "replays.catalogued"


@pytest.mark.slow
def test_answers_that_are_no_errors_are_not_told(tmp_path, receiver):
    script = f"{ASK}from core.draining import DRAINING\nDRAINING.set()\nprint(asyncio.run(get('/health/ready')))"
    finished = run(tmp_path, script, SENTRY_DSN=receiver.sentry_dsn)

    assert finished.stdout == "503\n"
    assert receiver.received == []


@pytest.mark.slow
def test_a_request_is_a_span_of_the_trace_it_names_and_health_is_none(tmp_path, receiver):
    finished = run(tmp_path, ANSWER, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url)

    assert finished.stdout == "200 404 200\n"
    spans = receiver.spans()
    assert {span.name for _facts, span in spans} == {"GET /openapi.json/", "GET unmatched"}
    for facts, span in spans:
        assert (facts["service.name"], facts["service.version"]) == ("f1-race-replay", "7.8.9")
        assert facts["deployment.environment"] == "rehearsal"
        assert (span.trace_id.hex(), span.parent_span_id.hex()) == (
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
        )
    told = str(receiver.received)
    assert [secret for secret in PERSONAL if secret in told.replace("request-of-ada", "")] == []


@pytest.mark.slow
def test_a_failing_request_is_a_span_with_an_error(tmp_path, receiver):
    run(tmp_path, FAIL_BY_HTTP, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url)

    ((_facts, span),) = receiver.spans()
    attributes = {item.key: item.value.string_value or item.value.int_value for item in span.attributes}
    assert attributes == {
        "http.request.method": "GET",
        "http.route": "/fails/<name>/",
        "http.response.status_code": 500,
        "request_id": "request-of-ada",
    }
    assert span.status.code == 2
    assert list(span.events) == []


@pytest.mark.slow
def test_what_is_off_is_not_imported(tmp_path):
    script = f"{ANSWER}\nimport sys\nprint(*sorted({{'sentry_sdk', 'opentelemetry'}} & sys.modules.keys()))"
    assert run(tmp_path, script).stdout == "200 404 200\n\n"


@pytest.mark.slow
def test_what_is_on_and_not_installed_is_a_line_and_the_site_goes_on(tmp_path):
    hide = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("sentry_sdk", "opentelemetry"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
"""
    finished = run(
        tmp_path, hide + ANSWER, SENTRY_DSN="http://key@localhost/1", OTEL_EXPORTER_OTLP_ENDPOINT="http://localhost:1"
    )

    assert finished.stdout == "200 404 200\n"
    warnings = [line for line in finished.stderr.splitlines() if "pip install" in line]
    assert [line.partition(" | f1site.observability | ")[2] for line in warnings] == [
        f"{setting} is set, but its package is not installed, and nothing is sent: "
        "pip install -r requirements-observability.txt"
        for setting in ("SENTRY_DSN", "OTEL_EXPORTER_OTLP_ENDPOINT")
    ]
