from django.urls import path, re_path

from replays import pages

urlpatterns = [
    path("", pages.replay_list),
    path("favicon.ico", pages.favicon),
    re_path(r"^replays/(?P<replay_id>[A-Za-z0-9_-]{1,64})/?\Z", pages.replay_detail),
    re_path(r"^rooms/(?P<room_id>[A-Za-z0-9_-]{1,64})/?\Z", pages.room),
]
