"""A replay's chunks as windows that can be sampled, whatever they are read from. Pure: bytes come from `fetch`.

For any number of threads, and of players, each at its moment: a window stays ready for all while anybody keeps it.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from weakref import WeakValueDictionary

from replays.artefact.chunks import DamagedChunk, DecodedFeed, decode_chunk
from replays.artefact.manifest import Manifest, UnreadableReplay, check_hash, chunk_file
from replays.artefact.model import CHUNK_MS
from replays.sampling import Frame, Window

CHUNKS_KEPT = 8
WINDOWS_KEPT = 3


class Timeline:
    """The moments of one replay. `fetch(path)` gives the bytes of a file of its artefact."""

    def __init__(self, manifest: Manifest, fetch: Callable[[str], bytes]) -> None:
        self.manifest = manifest
        self._fetch = fetch
        self._chunks: OrderedDict[int, list[DecodedFeed]] = OrderedDict()
        self._ready: WeakValueDictionary[int, Window] = WeakValueDictionary()
        self._kept: OrderedDict[int, Window] = OrderedDict()
        self._reading = Lock()

    def sample(self, t_ms: int) -> Frame:
        """The frame at `t_ms`, kept within the replay."""
        t_ms = self.clamp(t_ms)
        return self.window_at(t_ms).sample(t_ms)

    def clamp(self, t_ms: int) -> int:
        return min(max(t_ms, self.manifest.t_start_ms), self.manifest.t_end_ms)

    def ready_window(self, t_ms: int) -> Window | None:
        """The window around `t_ms` if it needs no reading."""
        return self._ready.get(self.clamp(t_ms) // CHUNK_MS)

    def window_at(self, t_ms: int) -> Window:
        """The window around `t_ms`, reading chunks where it must.

        Raises UnreadableReplay for a chunk that is missing, damaged or not the manifest's.
        """
        number = self.clamp(t_ms) // CHUNK_MS
        window = self._ready.get(number)
        if window is not None:
            return window
        with self._reading:
            window = self._ready.get(number)  # another thread's, meanwhile
            if window is None:
                window = self._ready[number] = self._kept[number] = self._window(number)
                if len(self._kept) > WINDOWS_KEPT:
                    self._kept.popitem(last=False)
        return window

    def _window(self, number: int) -> Window:
        first = self.manifest.first_chunk
        last = first + len(self.manifest.chunk_sha256) - 1
        around = range(max(number - 1, first), min(number + 1, last) + 1)
        return Window(self.manifest, [self._chunk(n) for n in around])

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
