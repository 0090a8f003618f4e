"""Replays and builds for whoever curates them, and what can be done with a session's."""

from replays.admin import builds, replays, sessions

__all__ = ["builds", "replays", "sessions"]
