"""Human keys: `2025-australian-grand-prix-race`. Pure; stable whatever the calendar does later."""

import re
import unicodedata

SESSION_KINDS: dict[str, str] = {
    "practice-1": "Practice 1",
    "practice-2": "Practice 2",
    "practice-3": "Practice 3",
    "qualifying": "Qualifying",
    "sprint-qualifying": "Sprint Qualifying",
    "sprint": "Sprint",
    "race": "Race",
}
"""Kinds of session, in the order of a weekend, with their names."""

RACE_KINDS = frozenset({"race", "sprint"})
QUALIFYING_KINDS = frozenset({"qualifying", "sprint-qualifying"})


def slug(text: str) -> str:
    """`São Paulo Grand Prix` -> `sao-paulo-grand-prix`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def event_key(year: int, name: str) -> str:
    return f"{year}-{slug(name)}"


def session_key(year: int, event_name: str, kind: str) -> str:
    return f"{event_key(year, event_name)}-{kind}"
