from django.urls import path, re_path

from replays import pages

urlpatterns = [
    path("", pages.replay_list),
    re_path(r"^replays/(?P<replay_id>[A-Za-z0-9_-]{1,64})/?\Z", pages.replay_detail),
]
