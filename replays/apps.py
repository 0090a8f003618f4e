from django.apps import AppConfig


class ReplaysConfig(AppConfig):
    name = "replays"

    def ready(self) -> None:
        from replays.deletion import notice_deletions
        from replays.health import join_health

        notice_deletions()
        join_health()
