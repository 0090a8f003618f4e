"""Replays, builds, and what replays add to the catalogue, over HTTP."""
