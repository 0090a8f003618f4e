"""Which frames are asked for: `from`, `to`, `fps`, `cars`, `columns`. Read whole, refused whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.api.parameters import Refusals, listed, whole_number
from replays.api.moments import moment_ms
from replays.artefact.manifest import Manifest

FROM, TO, FPS, CARS, COLUMNS = "from", "to", "fps", "cars", "columns"
MAX_FRAMES = 10_000
MAX_FPS = 60
DEFAULT_FPS = 1
"""At which a race of two hours fits into one answer."""


@dataclass(frozen=True, slots=True)
class FramesQuery:
    """`from_ms` and `to_ms` belong to it; `cars` are places in the manifest's list."""

    from_ms: int
    to_ms: int
    fps: int
    cars: tuple[int, ...]
    columns: tuple[str, ...]

    @property
    def count(self) -> int:
        return (self.to_ms - self.from_ms) * self.fps // 1000 + 1

    def instants_ms(self, size: int) -> Iterator[list[int]]:
        """The moments of the frames, `size` at a time; those of a socket that plays from `from_ms` at that rate."""
        for start in range(0, self.count, size):
            indices = range(start, min(start + size, self.count))
            yield [round(self.from_ms + index * 1000 / self.fps) for index in indices]


def read_frames_query(given: Mapping[str, str], manifest: Manifest, wrong: Refusals) -> FramesQuery:
    """Raises BadParameters with everything that is wrong, and with what `wrong` holds already."""

    def moment(name: str, default: int) -> int:
        try:
            return moment_ms(given[name], manifest) if name in given else default
        except ValueError as error:
            wrong.add(name, str(error))
            return default

    query = FramesQuery(
        from_ms=moment(FROM, manifest.t_start_ms),
        to_ms=moment(TO, manifest.t_end_ms),
        fps=_rate(given, wrong),
        cars=_places(given, CARS, [car["number"] for car in manifest.cars], wrong),
        columns=tuple(manifest.column_names[place] for place in _places(given, COLUMNS, manifest.column_names, wrong)),
    )
    wrong.raise_any()
    if query.to_ms < query.from_ms:
        wrong.add(TO, f"is before {FROM}, which is {query.from_ms / 1000}")
    elif query.count > MAX_FRAMES:
        last_ms = query.from_ms + (MAX_FRAMES * 1000 - 1) // query.fps
        wrong.add(
            TO,
            f"{query.count} frames, and a call gives at most {MAX_FRAMES}: "
            f"ask for those to {last_ms / 1000} first, or for fewer a second",
        )
    wrong.raise_any()
    return query


def _rate(given: Mapping[str, str], wrong: Refusals) -> int:
    try:
        return whole_number(given.get(FPS, str(DEFAULT_FPS)), 1, MAX_FPS)
    except ValueError as error:
        wrong.add(FPS, str(error))
        return DEFAULT_FPS


def _places(given: Mapping[str, str], name: str, offered: Sequence[str], wrong: Refusals) -> tuple[int, ...]:
    """Where the names that are asked for stand among those there are; all of them where none are asked for."""
    if name not in given:
        return tuple(range(len(offered)))
    asked = list(dict.fromkeys(listed(given[name])))
    unknown = [text for text in asked if text not in offered]
    if unknown or not asked:
        what = f"this replay has no {', '.join(unknown)[:200]}" if unknown else "names nothing"
        wrong.add(name, f"{what}; allowed are {', '.join(offered)}")
        return ()
    return tuple(offered.index(text) for text in asked)
