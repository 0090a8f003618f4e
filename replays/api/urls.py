"""Below `/api/v1/` and `/api/`. Slashes at the end are as one likes."""

from django.urls import re_path

from replays.api import files, views

REPLAY = r"^replays/(?P<replay_id>[A-Za-z0-9_-]{1,64})"

urlpatterns = [
    re_path(r"^replays/?\Z", views.ReplayListView.as_view()),
    re_path(rf"{REPLAY}/?\Z", views.ReplayDetailView.as_view()),
    re_path(rf"{REPLAY}/manifest/?\Z", files.ManifestView.as_view()),
    re_path(rf"{REPLAY}/track/?\Z", files.TrackView.as_view()),
    re_path(rf"{REPLAY}/events/?\Z", files.EventsView.as_view()),
    re_path(rf"{REPLAY}/chunks/(?P<number>[0-9]{{1,6}})/?\Z", files.ChunkView.as_view()),
]
