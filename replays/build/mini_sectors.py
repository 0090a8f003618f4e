"""The colours of the mini-sectors, as events. Pure.

A race has some 70,000 changes, which as an event each would make it 350 KB longer; so there is one event a second, with
the whole lap so far of each car of which a mini-sector changed: 140 KB.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby, zip_longest
from typing import Any

from seasons.records import MiniSectorRecord

Event = dict[str, Any]

STEP_MS = 1_000
LETTERS = {2048: "y", 2049: "g", 2051: "p", 2064: "i"}
"""Yellow, green, purple, in the pit lane; whatever else the feed says is no colour."""

NO_COLOUR = "-"
BETWEEN_SECTORS = "|"


def mini_sector_events(changes: Iterable[MiniSectorRecord]) -> Iterator[Event]:
    """At the end of each second in which something changed, a letter for each mini-sector of the cars that did.

    `changes` in time order. So a change is told up to a second after it, and never before. `counts` are how many
    mini-sectors each sector is known to have; the letters of those still to be driven are left out.
    """
    letters: dict[str, list[list[str]]] = {}
    told: dict[str, str] = {}
    counts: list[int] = []
    for second, group in groupby(changes, key=lambda change: -(-change.t_ms // STEP_MS)):
        changed = set()
        for change in group:
            _heed(change, letters.setdefault(change.number, []))
            changed.add(change.number)
        news = {number: _text(letters[number]) for number in sorted(changed)}
        news = {number: text for number, text in news.items() if text != told.get(number)}
        told |= news
        counts = [max(sizes) for sizes in zip_longest(counts, *(map(len, letters[n]) for n in news), fillvalue=0)]
        if news:
            yield {"kind": "mini_sectors", "t_ms": second * STEP_MS, "counts": counts, "cars": news}


def _heed(change: MiniSectorRecord, sectors: list[list[str]]) -> None:
    """Write a change into the letters of its car, sector by sector."""
    sectors += [[] for _ in range(change.sector + 1 - len(sectors))]
    letters = sectors[change.sector]
    letters += NO_COLOUR * (change.segment + 1 - len(letters))
    letters[change.segment] = LETTERS.get(change.status, NO_COLOUR)


def _text(sectors: list[list[str]]) -> str:
    return BETWEEN_SECTORS.join("".join(letters) for letters in sectors).rstrip(NO_COLOUR + BETWEEN_SECTORS)
