"""The catalogue for whoever curates it."""

from seasons.admin import calendar, feeds, participants, sessions, timing

__all__ = ["calendar", "feeds", "participants", "sessions", "timing"]
