from django.contrib import admin
from django.urls import include, path, re_path

from core.problems import unknown_path

urlpatterns = [
    path("", include("core.urls")),
    path("", include("replays.urls")),
    path("api/v1/", include("replays.api.urls")),
    path("api/", include("replays.api.urls")),
    re_path(r"^api(?:/|\Z)", unknown_path),
    path("admin/", admin.site.urls),
]
