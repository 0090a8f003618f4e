from django.apps import AppConfig


class SeasonsConfig(AppConfig):
    name = "seasons"

    def ready(self) -> None:
        from seasons.stamps import notice_changes

        notice_changes()
