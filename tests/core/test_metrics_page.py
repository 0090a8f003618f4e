"""Who may read the metrics, and what they are told."""

import os
import subprocess
import sys

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from core import metrics
from core.models import Token
from tests.f1site.environment import PROJECT, bare_environment


def families(response) -> dict:
    return {family.name: family for family in text_string_to_metric_families(response.content.decode())}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1"])
@pytest.mark.django_db
def test_this_machine_is_told(client, address):
    response = client.get("/metrics", REMOTE_ADDR=address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    assert {"http_requests", "http_request_duration_seconds", "rate_limited", "api_answers"} <= families(
        response
    ).keys()
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("address", ["203.0.113.7", "10.0.0.7", "192.168.1.2", "2001:db8::1", "unknown", ""])
def test_nobody_else_learns_that_it_is_there(client, address):
    response = client.get("/metrics", REMOTE_ADDR=address)
    assert response.status_code == 404
    assert response.json()["detail"] == "There is nothing at this address."


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Proto"])
def test_who_comes_through_a_proxy_on_this_machine_does_not_come_from_it(client, header):
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


@pytest.mark.django_db
def test_a_token_may_read_it_from_anywhere(client):
    _, text = Token.objects.create_key(name="prometheus")
    told = client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": f"Bearer {text}"})
    assert told.status_code == 200


@pytest.mark.django_db
def test_a_wrong_token_is_told_that_it_is_wrong(client):
    refused = client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": "Bearer aaaaaaaa.bbbb"})
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith("Bearer")


def test_it_is_only_read():
    assert Client().post("/metrics").status_code == 405


@pytest.mark.django_db
def test_who_asks_for_openmetrics_gets_it(client):
    response = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert response["Content-Type"].startswith("application/openmetrics-text")
    assert response.content.endswith(b"# EOF\n")


COUNT_AND_TELL = """
import os, sys
import django
django.setup()
from core import metrics
metrics.REQUESTS.labels("GET", "/", "200").inc(int(sys.argv[1]))
metrics.SOCKETS.inc(int(sys.argv[1]))
print("counted", flush=True)
sys.stdin.readline()
text, _ = metrics.exposition("")
sys.stdout.write(text.decode())
"""


@pytest.fixture
def counting(tmp_path):
    """Starts a process that counts so many requests and sockets, and tells when a line is written to it."""
    processes = []

    def started(number: int) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", COUNT_AND_TELL, str(number)],
            cwd=PROJECT,
            env=bare_environment(tmp_path, PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "made" / "for-it"))
            | {"DJANGO_SETTINGS_MODULE": "f1site.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout.readline() == "counted\n"
        return process

    yield started
    for process in processes:
        process.kill()
        process.communicate()


def told(process: subprocess.Popen) -> dict[str, float]:
    text, _ = process.communicate("tell\n", timeout=60)
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {sample.name: sample.value for sample in samples}


@pytest.mark.slow
def test_processes_that_share_a_folder_tell_of_each_other(counting):
    first, second, third = counting(1), counting(20), counting(300)
    assert (told(first)["http_requests_total"], told(second)["websocket_connections"]) == (321, 320)

    third.kill()
    third.wait()
    last = told(counting(4000))
    assert last["http_requests_total"] == 4321, "what the dead have counted stays"
    assert last["websocket_connections"] == 4000, "what they had open does not"


def test_only_gauges_of_processes_that_are_gone_are_forgotten(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    kept = {f"gauge_livesum_{os.getpid()}.db", f"counter_{gone.pid}.db", "gauge_livesum_nobody.db"}
    for name in kept | {f"gauge_livesum_{gone.pid}.db"}:
        (tmp_path / name).touch()

    metrics.forget_gauges_of_the_dead(tmp_path)

    assert {file.name for file in tmp_path.iterdir()} == kept
