from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from core.version_urls import version_urlpatterns

urlpatterns = [
    path("", include("core.urls")),
    path("", include("replays.urls")),
    *version_urlpatterns(settings.API_VERSIONS),
    path(settings.ADMIN_PATH, admin.site.urls),
]

handler400 = "core.errors.bad_request"
handler403 = "core.errors.permission_denied"
handler404 = "core.errors.not_found"
handler500 = "core.errors.server_error"
