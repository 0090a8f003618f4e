"""The manifest: what a replay is, which files it has and how to read its chunks. Pure."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from replays.artefact.chunks import DTYPES, StoredColumn, StoredFeed
from replays.artefact.encoding import ChunkEncoder
from replays.artefact.model import CHUNK_MS, SCHEMA_VERSION, Feed, Replay
from replays.columns import BY_NAME

FORMAT = "f1replay"
MANIFEST = "manifest.json"
EVENTS = "events.json.gz"
TRACK = "track.json"


class UnreadableReplay(ValueError):
    """An artefact that this version cannot play; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class FeedLayout:
    """How a feed is stored: per column its storage, its decimals, and whether it may be interpolated.

    `t_last_ms` is the instant of its last sample.
    """

    name: str
    max_gap_ms: int | None
    t_last_ms: int
    stored: StoredFeed
    decimals: tuple[int, ...]
    continuous: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that was read and checked; `document` is all of it, as stored."""

    document: dict[str, Any]
    t_start_ms: int
    t_end_ms: int
    cars: tuple[dict[str, Any], ...]
    feeds: tuple[FeedLayout, ...]
    first_chunk: int
    chunk_sha256: tuple[str, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for feed in self.feeds for column in feed.stored.columns)

    @property
    def stored(self) -> tuple[StoredFeed, ...]:
        return tuple(feed.stored for feed in self.feeds)


def chunk_file(number: int) -> str:
    return f"chunks/{number:04d}.bin"


def pack(replay: Replay) -> dict[str, bytes]:
    """Every file of the artefact, the manifest last: {path below the replay's folder: bytes}.

    The same replay gives the same bytes.
    """
    encoder = ChunkEncoder(replay.feeds)
    first, last = replay.t_start_ms // CHUNK_MS, replay.t_end_ms // CHUNK_MS
    files = {chunk_file(n): encoder.chunk(n) for n in range(first, last + 1)}
    chunks = [
        {
            "n": n,
            "t_start_ms": n * CHUNK_MS,
            "t_end_ms": (n + 1) * CHUNK_MS,
            "bytes": len(files[chunk_file(n)]),
            "sha256": sha256(files[chunk_file(n)]).hexdigest(),
        }
        for n in range(first, last + 1)
    ]
    files[EVENTS] = gzip.compress(orjson.dumps(replay.events), mtime=0)
    files[TRACK] = orjson.dumps(replay.track)
    files[MANIFEST] = orjson.dumps(
        {
            "format": FORMAT,
            "schema": SCHEMA_VERSION,
            **replay.header,
            "t_start_ms": replay.t_start_ms,
            "t_end_ms": replay.t_end_ms,
            "cars": replay.cars,
            "feeds": [_feed_entry(feed, storage) for feed, storage in zip(replay.feeds, encoder.stored, strict=True)],
            "chunk_ms": CHUNK_MS,
            "chunks": chunks,
            "files": {
                name: {"bytes": len(files[name]), "sha256": sha256(files[name]).hexdigest()} for name in (EVENTS, TRACK)
            },
        }
    )
    return files


def _feed_entry(feed: Feed, stored: StoredFeed) -> dict[str, Any]:
    return {
        "name": feed.name,
        "samples": int(feed.t_ms.size),
        "max_gap_ms": feed.max_gap_ms,
        "t_last_ms": int(feed.t_ms[-1]),
        "feed_clock": stored.has_feed_clock,
        "columns": [
            {
                "name": column.name,
                "unit": column.unit,
                "dtype": storage.dtype,
                "delta": storage.delta,
                "base": storage.base,
                "decimals": column.decimals,
                "interpolate": column.continuous,
                **({"labels": list(column.labels)} if column.labels else {}),
            }
            for column, storage in zip(feed.columns, stored.columns, strict=True)
        ],
    }


def read_manifest(data: bytes) -> Manifest:
    """The manifest in `data`; raises UnreadableReplay for anything else, or for another schema version."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise UnreadableReplay(f"{MANIFEST} is not JSON ({error})") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UnreadableReplay(f"{MANIFEST} does not describe a replay")
    schema = document.get("schema")
    if schema != SCHEMA_VERSION:
        raise UnreadableReplay(
            f"the replay has schema version {schema}, this server reads {SCHEMA_VERSION}: build it again"
        )
    try:
        return _checked(document)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UnreadableReplay(f"{MANIFEST} is damaged ({type(error).__name__}: {error})") from None


def _checked(document: dict[str, Any]) -> Manifest:
    if document["chunk_ms"] != CHUNK_MS:
        raise ValueError(f"chunks of {document['chunk_ms']} ms")
    chunks = document["chunks"]
    first = int(chunks[0]["n"])
    if [chunk["n"] for chunk in chunks] != list(range(first, first + len(chunks))):
        raise ValueError("chunks are missing")
    return Manifest(
        document=document,
        t_start_ms=int(document["t_start_ms"]),
        t_end_ms=int(document["t_end_ms"]),
        cars=tuple(document["cars"]),
        feeds=tuple(_layout(feed) for feed in document["feeds"]),
        first_chunk=first,
        chunk_sha256=tuple(chunk["sha256"] for chunk in chunks),
    )


def _layout(feed: dict[str, Any]) -> FeedLayout:
    columns = feed["columns"]
    for column in columns:
        if column["name"] not in BY_NAME or column["dtype"] not in DTYPES:
            raise ValueError(f"column {column['name']} of {column['dtype']} is not known")
    return FeedLayout(
        name=feed["name"],
        max_gap_ms=feed["max_gap_ms"],
        t_last_ms=int(feed["t_last_ms"]),
        stored=StoredFeed(
            tuple(StoredColumn(c["name"], c["dtype"], c["delta"], c["base"]) for c in columns), feed["feed_clock"]
        ),
        decimals=tuple(c["decimals"] for c in columns),
        continuous=tuple(c["interpolate"] for c in columns),
    )


def check_hash(name: str, data: bytes, expected_sha256: str) -> None:
    """Raises UnreadableReplay where `data` is not what the manifest says of the file `name`."""
    if sha256(data).hexdigest() != expected_sha256:
        raise UnreadableReplay(
            f"{name} is damaged: its SHA-256 is not the manifest's; build or import the replay again"
        )


def file_hash(document: Mapping[str, Any], name: str) -> str:
    """The SHA-256 of events or track as the manifest has it."""
    return str(document["files"][name]["sha256"])
