"""An artefact's manifest describes its files, and what it cannot be trusted with is refused by name."""

import gzip
from hashlib import sha256

import orjson
import pytest

from replays.artefact.manifest import (
    EVENTS,
    MANIFEST,
    TRACK,
    UnreadableReplay,
    check_hash,
    chunk_file,
    file_hash,
    pack,
    read_manifest,
)
from replays.artefact.model import CHUNK_MS, SCHEMA_VERSION
from replays.timeline import Timeline
from tests.replays.made_feeds import column, feed, replay


def played():
    """Three chunks."""
    t_ms = range(0, 25_000, 500)
    return replay(
        feed(t_ms, column("speed", [[t // 100, None] for t in t_ms])), session={"key": "2025-demo-grand-prix-race"}
    )


def changed(**parts):
    document = orjson.loads(pack(played())[MANIFEST])
    return orjson.dumps(document | parts)


def test_the_same_replay_gives_the_same_bytes():
    assert pack(played()) == pack(played())


def test_the_manifest_comes_last_and_names_every_other_file_with_its_size_and_hash():
    files = pack(played())
    document = orjson.loads(files[MANIFEST])

    assert list(files)[-1] == MANIFEST
    named = {chunk_file(chunk["n"]): chunk for chunk in document["chunks"]} | document["files"]
    assert named.keys() == files.keys() - {MANIFEST}
    for name, entry in named.items():
        assert entry["bytes"] == len(files[name])
        assert entry["sha256"] == sha256(files[name]).hexdigest()


def test_the_chunk_table_covers_the_replay_without_a_hole():
    chunks = orjson.loads(pack(played())[MANIFEST])["chunks"]

    assert [(chunk["t_start_ms"], chunk["t_end_ms"]) for chunk in chunks] == [
        (0, CHUNK_MS),
        (CHUNK_MS, 2 * CHUNK_MS),
        (2 * CHUNK_MS, 3 * CHUNK_MS),
    ]


def test_what_is_read_is_what_was_packed():
    files = pack(played())

    manifest = read_manifest(files[MANIFEST])

    assert (manifest.t_start_ms, manifest.t_end_ms) == (0, 24_500)
    assert manifest.document["session"] == {"key": "2025-demo-grand-prix-race"}
    assert manifest.column_names == ("speed",)
    assert [car["number"] for car in manifest.cars] == ["0", "1"]
    assert file_hash(manifest.document, TRACK) == sha256(files[TRACK]).hexdigest()
    assert orjson.loads(gzip.decompress(files[EVENTS])) == [{"kind": "lap", "t_ms": 7, "number": "0"}]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "manifest.json is not JSON"),
        (pack(played())[MANIFEST][:-20], "manifest.json is not JSON"),
        (b"[1, 2]", "manifest.json does not describe a replay"),
        (b'{"format": "mcap"}', "manifest.json does not describe a replay"),
        (changed(schema=99), f"schema version 99, this server reads {SCHEMA_VERSION}: build it again"),
        (changed(schema=None), "schema version None"),
        (changed(chunk_ms=5_000), "manifest.json is damaged .*chunks of 5000 ms"),
        (changed(chunks=[]), "manifest.json is damaged"),
        (changed(chunks=orjson.loads(changed())["chunks"][::2]), "manifest.json is damaged .*chunks are missing"),
        (changed(feeds=[{}]), "manifest.json is damaged .*KeyError: 'columns'"),
        (changed(feeds=None), "manifest.json is damaged"),
        (changed(cars=None), "manifest.json is damaged"),
        (changed(t_start_ms="soon"), "manifest.json is damaged"),
    ],
)
def test_a_manifest_that_cannot_be_trusted_is_refused(data, complaint):
    with pytest.raises(UnreadableReplay, match=complaint):
        read_manifest(data)


@pytest.mark.parametrize("part", [{"dtype": "float64"}, {"name": "fuel"}])
def test_a_column_that_this_version_does_not_know_is_refused(part):
    feeds = orjson.loads(changed())["feeds"]
    feeds[0]["columns"][0] |= part

    with pytest.raises(UnreadableReplay, match=r"manifest\.json is damaged .*(float64|fuel)"):
        read_manifest(changed(feeds=feeds))


def test_a_file_that_is_not_the_one_of_the_manifest_is_refused_by_name():
    with pytest.raises(UnreadableReplay, match=r"track\.json is damaged: its SHA-256 is not the manifest's"):
        check_hash(TRACK, b"{}", file_hash(read_manifest(changed()).document, TRACK))


def test_a_chunk_that_was_changed_is_refused_by_name_and_the_others_still_play():
    files = pack(played())
    files[chunk_file(2)] = files[chunk_file(2)][:-1] + b"\7"
    timeline = Timeline(read_manifest(files[MANIFEST]), files.__getitem__)

    with pytest.raises(UnreadableReplay, match=r"chunks/0002\.bin is damaged"):
        timeline.sample(21_000)
    assert timeline.sample(5_000)["speed"][0] == 500


def test_a_chunk_that_lies_in_another_ones_place_is_refused():
    files = pack(played())
    document = orjson.loads(files[MANIFEST])
    files[chunk_file(2)] = files[chunk_file(1)]
    document["chunks"][2]["sha256"] = document["chunks"][1]["sha256"]
    timeline = Timeline(read_manifest(orjson.dumps(document)), files.__getitem__)

    with pytest.raises(UnreadableReplay, match="chunk 2: holds chunk 1"):
        timeline.sample(21_000)


def test_a_window_that_somebody_keeps_stays_ready_for_everybody():
    files = pack(played())
    timeline = Timeline(read_manifest(files[MANIFEST]), files.__getitem__)
    kept = timeline.window_at(0)
    for t_ms in range(0, timeline.manifest.t_end_ms, CHUNK_MS):
        timeline.window_at(t_ms)
    assert timeline.window_at(0) is timeline.ready_window(0) is kept
