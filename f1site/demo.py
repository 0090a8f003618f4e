"""Where the demo race is to be seen."""

from django.apps import apps


def demo_path() -> str | None:
    """Path of the page on which the newest replay of the demo race plays; None until one has been built."""
    replays = apps.get_model("replays", "Replay")._default_manager
    replay = replays.filter(session__event__is_demo=True).order_by("pk").last()
    return None if replay is None else f"/replays/{replay.public_id}/"
