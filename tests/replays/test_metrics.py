"""What is counted of replays: rooms, sockets, frames, builds."""

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from core import health
from core.probe import Probe
from replays import metrics
from replays.models import Build, BuildState
from seasons.models import Session
from tests.replays.socket.conftest import connect, layer, replay  # noqa: F401  fixtures
from tests.replays.synthetic import stored_replay


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_watched_room_is_counted_while_it_lasts_and_its_frames_for_good(connect, replay, layer):  # noqa: F811
    rooms, sockets, frames = value("replay_rooms"), value("websocket_connections"), value("replay_frames_sent_total")

    client = await connect(f"/ws/v1/replays/{replay.public_id}/?batch=5")
    message = await client.until("frames")
    assert value("replay_rooms") == rooms + 1
    assert value("websocket_connections") == sockets + 1
    while value("replay_frames_sent_total") < frames + len(message["frames"]):
        await client.until("frames")  # they are counted a few times a second

    await client.communicator.disconnect()
    assert value("replay_rooms") == rooms
    assert value("websocket_connections") == sockets


async def test_a_socket_too_many_is_counted(connect, replay, layer, settings):  # noqa: F811
    settings.WS_CONNECTIONS_PER_IP = 1
    before = value("rate_limited_total", kind="websocket")
    path = f"/ws/v1/replays/{replay.public_id}/"
    first = await connect(path)
    await first.until("frames")  # whose threads would still ask the database when that is emptied
    refused = await connect(path)
    await refused.until("error", code="rate_limited")
    assert value("rate_limited_total", kind="websocket") == before + 1


@pytest.fixture
def builds(transactional_db, replay_storage):
    session: Session = stored_replay().session
    Build.objects.all().delete()
    for state in (BuildState.DONE, BuildState.DONE, BuildState.FAILED, BuildState.QUEUED):
        Build.objects.create(session=session, state=state)


def told_builds(client) -> dict[str, float]:
    text = client.get("/metrics").content.decode()
    families = [family for family in text_string_to_metric_families(text) if family.name == "replay_builds"]
    return {sample.labels["state"]: sample.value for family in families for sample in family.samples}


def with_database(monkeypatch, check) -> None:
    probe = Probe("database of a test", check, {"database": "disconnected"})
    probe.ask().result(10)
    monkeypatch.setattr(metrics, "DATABASE", probe)


def test_builds_are_told_by_state(client, builds, monkeypatch):
    with_database(monkeypatch, lambda: {})
    assert told_builds(client) == {"queued": 1, "running": 0, "done": 2, "failed": 1, "cancelled": 0}


def test_a_database_that_does_not_work_is_not_asked_and_all_else_is_told(client, builds, monkeypatch):
    def fail():
        raise OSError("away")

    with_database(monkeypatch, fail)
    assert told_builds(client) == {}
    assert client.get("/metrics").status_code == 200
    assert health.DATABASE is not metrics.DATABASE
