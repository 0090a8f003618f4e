"""What docs/replay-format.md shows is what the encoder writes."""

import gzip
import re
from pathlib import Path

import pytest

from replays.artefact import chunks, model
from replays.artefact.chunks import decode_chunk
from replays.artefact.encoding import ChunkEncoder
from replays.artefact.manifest import EVENTS, MANIFEST, TRACK
from replays.build.events import TRACK_STATUS_NAMES
from replays.columns import COLUMNS, COMPOUNDS, STATUSES
from tests.replays.made_feeds import column, feed

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "replay-format.md").read_text()

CAR = feed(
    [30_100, 30_340, 30_580],
    column("speed", [[290, None], [291, 80], [295, 82]]),
    column("gear", [[8, None], [8, 2], [8, 3]], continuous=False),
    feed_t_ms=[30_160, 30_400, 30_640],
)
TIMING = feed([30_000], column("gap", [[0, 12_345]], continuous=False, decimals=3), name="timing", max_gap_ms=None)
FEEDS = (CAR, TIMING)


def documented_bytes() -> bytes:
    """The hexadecimal of the worked example, comments left out."""
    block = re.search(r"<!-- worked example -->\s*```text\n(.*?)```", DOCUMENT, re.DOTALL)
    assert block
    return b"".join(bytes.fromhex(line[:32].strip()) for line in block[1].splitlines())


def test_the_worked_example_is_what_the_encoder_writes():
    assert gzip.decompress(ChunkEncoder(FEEDS).chunk(3)) == documented_bytes()


def test_the_worked_example_reads_back():
    stored = ChunkEncoder(FEEDS).stored

    (car_t, (speed, gear), car_told), (timing_t, (gap,), timing_told) = decode_chunk(
        gzip.compress(documented_bytes()), 3, 2, stored
    )

    assert car_t.tolist() == CAR.t_ms.tolist()
    assert car_told.tolist() == [30_160, 30_400, 30_640]
    assert timing_t.tolist() == timing_told.tolist() == [30_000]
    for read, one in ((speed, CAR.columns[0]), (gear, CAR.columns[1]), (gap, TIMING.columns[0])):
        assert read.tolist() == one.raw.tolist()


@pytest.mark.parametrize(
    "said",
    [
        f"schema version {model.SCHEMA_VERSION}",
        f"`chunk_ms` | integer | {model.CHUNK_MS}",
        f"`max_gap_ms` of {model.MAX_GAP_MS}",
        f"{chunks.MAX_CHUNK_BYTES >> 20} MiB",
        *(f"`{name}`" for name in (MANIFEST, EVENTS, TRACK, "chunks/NNNN.bin")),
    ],
)
def test_the_document_has_the_constants_of_the_code(said):
    assert said in DOCUMENT


@pytest.mark.parametrize("name", [*(one.name for one in COLUMNS), *COMPOUNDS, *STATUSES, *TRACK_STATUS_NAMES.values()])
def test_the_document_speaks_of_every_column_and_label(name):
    assert f"`{name}`" in DOCUMENT
