"""How replays and builds are called in paths and filters. Those of hidden sessions have no name here."""

from django.db.models import QuerySet

from core.api.names import PUBLIC_ID, Names
from replays.models import Build
from replays.published import published_replays


def published_builds() -> QuerySet[Build]:
    return Build.objects.filter(session__published=True)


REPLAYS = Names("replay", published_replays, columns=(PUBLIC_ID,))
BUILDS = Names("build", published_builds, columns=(PUBLIC_ID,))
