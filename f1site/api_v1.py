"""Below `/api/v1/`: the resources of all packages. Slashes at the end are as one likes."""

from django.urls import include, path, re_path

from core.api.routing import AnySlashRouter
from core.api.tickets import TicketView
from replays.api.views import RESOURCES as OF_REPLAYS
from seasons.api.views import RESOURCES as OF_SEASONS

RESOURCES = {**OF_SEASONS, **OF_REPLAYS}

router = AnySlashRouter()
for name, viewset in RESOURCES.items():
    router.register(name, viewset, basename=name)

urlpatterns = [
    re_path(r"^tickets/?\Z", TicketView.as_view()),
    path("", include("replays.api.urls")),
    *router.urls,
]
