"""The files of an artefact over HTTP, whole and damaged."""

import gzip
import logging
from hashlib import sha256

import pytest

from replays import storage
from tests.replays.synthetic import stored_replay

pytestmark = pytest.mark.django_db

FILES = ["manifest/", "track/", "events/", "quality/", "chunks/9/"]


@pytest.fixture
def replay(replay_storage):
    return stored_replay()


@pytest.fixture
def address(replay):
    return f"/api/v1/replays/{replay.public_id}/"


def test_the_manifest_is_the_stored_one(client, replay, address, replay_storage):
    response = client.get(f"{address}manifest/")
    assert response["Content-Type"] == "application/json"
    assert response.content == (replay_storage / replay.public_id / "manifest.json").read_bytes()


def test_the_track_is_the_stored_one(client, replay, address, replay_storage):
    response = client.get(f"{address}track/")
    assert response["Content-Type"] == "application/json"
    assert response.content == (replay_storage / replay.public_id / "track.json").read_bytes()
    assert len(response.json()["outline"]) > 50


def test_the_events_are_the_stored_ones(client, replay, address):
    events = client.get(f"{address}events/").json()
    assert events == storage.read_events(replay.public_id, storage.open_manifest(replay.public_id))
    assert {"kind": "track_status", "t_ms": 115_000, "code": "2", "name": "yellow"} in events


def test_the_quality_is_the_stored_one(client, replay, address):
    response = client.get(f"{address}quality/")
    assert response["Content-Type"] == "application/json"
    assert response.json() == replay.quality


def test_every_chunk_of_the_manifest_is_there_as_stored(client, address):
    chunks = client.get(f"{address}manifest/").json()["chunks"]
    assert len(chunks) == 7
    for chunk in chunks:
        response = client.get(f"{address}chunks/{chunk['n']}/")
        assert len(response.content) == chunk["bytes"]
        assert sha256(response.content).hexdigest() == chunk["sha256"]
        assert gzip.decompress(response.content).startswith(b"F1RC")


def test_a_chunk_can_be_kept_for_ever(client, address):
    response = client.get(f"{address}chunks/9/")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Encoding"] == "gzip"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["ETag"] == f'"{sha256(response.content).hexdigest()}"'


@pytest.mark.parametrize("file", FILES)
def test_who_has_it_already_gets_304(client, address, file):
    response = client.get(address + file)
    again = client.get(address + file, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (again["ETag"], again["Cache-Control"]) == (response["ETag"], response["Cache-Control"])


@pytest.mark.parametrize("number", ["0", "8", "16", "999999", "9999999", "x", "-1"])
def test_a_chunk_that_the_replay_has_not_is_404(client, address, number):
    response = client.get(f"{address}chunks/{number}/")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("file", FILES)
def test_an_unknown_replay_has_no_files(client, file, replay_storage):
    assert client.get(f"/api/v1/replays/0000/{file}").status_code == 404


@pytest.mark.parametrize("file", FILES)
def test_files_take_no_parameters(client, address, file):
    assert client.get(f"{address}{file}?x=1").status_code == 400


DAMAGE = {
    "gone": lambda path: path.unlink(),
    "changed": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"?"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:10]),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("manifest/", "manifest.json"),
        ("track/", "track.json"),
        ("events/", "events.json.gz"),
        ("chunks/9/", "chunks/0009.bin"),
    ],
)
def test_a_damaged_file_is_503_which_the_log_explains_and_the_answer_does_not(
    client, replay, address, replay_storage, file, name, damage, caplog
):
    DAMAGE[damage](replay_storage / replay.public_id / name)
    with caplog.at_level(logging.ERROR):
        response = client.get(address + file)
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert response.json()["status"] == 503
    assert str(replay_storage) not in response.content.decode()
    assert name not in response.content.decode()
    assert name in caplog.text


def test_an_artefact_of_another_schema_is_503(client, replay, address, replay_storage):
    manifest = replay_storage / replay.public_id / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"schema":2', b'"schema":99'))
    assert client.get(f"{address}track/").status_code == 503
    assert client.get(address).status_code == 200
