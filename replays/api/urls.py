"""What lies below a replay and a session. Slashes at the end are as one likes."""

from django.urls import re_path

from replays.api import files
from replays.api.frames import FramesView
from replays.api.order import OrderView
from replays.api.rooms import OneRoomView, RoomsView

REPLAY = r"^replays/(?P<replay_id>[A-Za-z0-9_-]{1,64})"
SESSION = r"^sessions/(?P<session_name>[A-Za-z0-9_-]{1,200})"

urlpatterns = [
    re_path(rf"{REPLAY}/manifest/?\Z", files.ManifestView.as_view()),
    re_path(rf"{REPLAY}/track/?\Z", files.TrackView.as_view()),
    re_path(rf"{REPLAY}/events/?\Z", files.EventsView.as_view()),
    re_path(rf"{REPLAY}/quality/?\Z", files.QualityView.as_view()),
    re_path(rf"{REPLAY}/chunks/(?P<number>[0-9]{{1,6}})/?\Z", files.ChunkView.as_view()),
    re_path(rf"{REPLAY}/frames/?\Z", FramesView.as_view()),
    re_path(r"^rooms/?\Z", RoomsView.as_view()),
    re_path(r"^rooms/(?P<room_id>[A-Za-z0-9_-]{1,64})/?\Z", OneRoomView.as_view()),
    re_path(rf"{SESSION}/order/?\Z", OrderView.as_view()),
]
