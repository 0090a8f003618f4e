"""A replay's chunks as windows that can be sampled, whatever they are read from. Pure: bytes come from `fetch`.

Not for several threads at once: whoever shares one serialises `window_at`.
"""

from collections import OrderedDict
from collections.abc import Callable

from replays.artefact.chunks import DamagedChunk, decode_chunk
from replays.artefact.manifest import Manifest, UnreadableReplay, check_hash, chunk_file
from replays.artefact.model import CHUNK_MS
from replays.sampling import DecodedFeed, Frame, Window

CHUNKS_KEPT = 8
WINDOWS_KEPT = 3


class Timeline:
    """The moments of one replay. `fetch(path)` gives the bytes of a file of its artefact."""

    def __init__(self, manifest: Manifest, fetch: Callable[[str], bytes]) -> None:
        self.manifest = manifest
        self._fetch = fetch
        self._chunks: OrderedDict[int, list[DecodedFeed]] = OrderedDict()
        self._windows: OrderedDict[int, Window] = OrderedDict()

    def sample(self, t_ms: int) -> Frame:
        """The frame at `t_ms`, kept within the replay."""
        t_ms = self.clamp(t_ms)
        return self.window_at(t_ms).sample(t_ms)

    def clamp(self, t_ms: int) -> int:
        return min(max(t_ms, self.manifest.t_start_ms), self.manifest.t_end_ms)

    def ready_window(self, t_ms: int) -> Window | None:
        """The window around `t_ms` if it needs no reading."""
        return self._windows.get(self.clamp(t_ms) // CHUNK_MS)

    def window_at(self, t_ms: int) -> Window:
        """The window around `t_ms`, reading chunks where it must.

        Raises UnreadableReplay for a chunk that is missing, damaged or not the manifest's.
        """
        number = self.clamp(t_ms) // CHUNK_MS
        window = self._windows.get(number)
        if window is None:
            first = self.manifest.first_chunk
            last = first + len(self.manifest.chunk_sha256) - 1
            around = range(max(number - 1, first), min(number + 1, last) + 1)
            window = Window(self.manifest, [self._chunk(n) for n in around])
            self._windows[number] = window
            if len(self._windows) > WINDOWS_KEPT:
                self._windows.popitem(last=False)
        return window

    def _chunk(self, number: int) -> list[DecodedFeed]:
        if number in self._chunks:
            self._chunks.move_to_end(number)
            return self._chunks[number]
        name = chunk_file(number)
        data = self._fetch(name)
        check_hash(name, data, self.manifest.chunk_sha256[number - self.manifest.first_chunk])
        try:
            chunk = decode_chunk(data, number, len(self.manifest.cars), self.manifest.stored)
        except DamagedChunk as error:
            raise UnreadableReplay(str(error)) from None
        self._chunks[number] = chunk
        if len(self._chunks) > CHUNKS_KEPT:
            self._chunks.popitem(last=False)
        return chunk
