"""The stages that a session goes through on its way to a replay."""

IMPORTING = "importing"
BUILDING = "building the replay"
STORING = "storing the replay"

SHARE_BEFORE = {
    "reading the feeds": 0.0,
    "reading the recording": 0.0,
    "loading by FastF1": 0.15,
    IMPORTING: 0.75,
    BUILDING: 0.8,
    STORING: 0.95,
}
"""Roughly what share of the work is done when each begins."""
