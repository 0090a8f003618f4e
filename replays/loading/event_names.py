"""Finding an event by what people call it. Plain texts in, indexes out: no FastF1 here."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

ALSO_CALLED: dict[str, str] = {
    "america": "united states",
    "austria": "austrian",
    "brasil": "brazil",
    "brazilian": "brazil",
    "britain": "british",
    "england": "british",
    "germany": "german",
    "great britain": "british",
    "holland": "netherlands",
    "italy": "italian",
    "mexican": "mexico",
    "monte carlo": "monaco",
    "spain": "spanish",
    "uae": "abu dhabi",
    "uk": "british",
    "united arab emirates": "abu dhabi",
    "united kingdom": "british",
    "us": "united states",
    "usa": "united states",
    "yas island": "abu dhabi",
    "yas marina": "abu dhabi",
}
"""Other words for an event, mostly its country: one that has two events in a year means its national Grand Prix."""

NEAREST_SHOWN = 3
SHORTEST_WORD = 3
"""Letters a word must have to find an event by a part of its name."""


@dataclass(frozen=True, slots=True)
class EventNames:
    """What an event is called: `name` is unique in its season; place and country may be those of several."""

    name: str
    official_name: str
    location: str
    country: str
    is_testing: bool


def find_by_name(wanted: str, events: Sequence[EventNames]) -> list[int]:
    """The indexes of the events `wanted` may mean: one, none, or several where it does not say which.

    Whole names before places, places before countries, countries before single words of any of them. Tests are
    found by their names only: their place is that of a Grand Prix too.
    """
    asked = " ".join(words(wanted))
    if not asked:
        return []
    asked_for = [asked, *([ALSO_CALLED[asked]] if asked in ALSO_CALLED else [])]
    attributes: list[Callable[[EventNames], str]] = [
        lambda event: event.name,
        lambda event: event.official_name,
        lambda event: "" if event.is_testing else event.location,
        lambda event: "" if event.is_testing else event.country,
    ]
    for attribute in attributes:
        for text in asked_for:
            found = [i for i, event in enumerate(events) if _squeezed(attribute(event)) == text.replace(" ", "")]
            if found:
                return found
    parts = set(asked.split())
    if min(map(len, parts)) < SHORTEST_WORD:
        return []
    return [i for i, event in enumerate(events) if parts <= _all_words(event)]


def nearest_names(wanted: str, events: Sequence[EventNames]) -> list[str]:
    """The names of the events most like `wanted`, the most similar first, by name, place or country."""
    asked = " ".join(words(wanted))

    def likeness(event: EventNames) -> float:
        return max(_likeness(asked, text) for text in (event.name, event.location, event.country))

    return [event.name for event in sorted(events, key=likeness, reverse=True)[:NEAREST_SHOWN]]


def words(text: str) -> list[str]:
    """The words that tell events apart, in lower case, without accents: `Grande Prêmio` -> `grande`, `premio`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    plain = re.sub(r"\b(grand prix|gp|formula 1|f1|(19|20)\d\d)\b", " ", re.sub(r"[^a-z0-9]+", " ", plain))
    return plain.split()


def _squeezed(text: str) -> str:
    return "".join(words(text))


def _all_words(event: EventNames) -> set[str]:
    places = [] if event.is_testing else [event.location, event.country]
    return {word for text in (event.name, *places) for word in words(text)}


def _likeness(asked: str, text: str) -> float:
    return SequenceMatcher(None, asked, " ".join(words(text))).ratio()
