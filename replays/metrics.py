"""What playing and building count for Prometheus. Only what serves imports this."""

from collections.abc import Iterable

from django.db import DatabaseError
from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from core.connections import give_back_idle
from core.health import DATABASE
from core.metrics import COLLECTED, SUM_OF_THE_LIVING, Counter, Gauge
from replays.models import Build, BuildState

ROOMS = Gauge("replay_rooms", "Rooms that are being played", multiprocess_mode=SUM_OF_THE_LIVING)
FRAMES = Counter("replay_frames_sent", "Frames that went to viewers, each counted for each of them")


class Builds(Collector):
    """The queue, from the database: the same whichever process tells of it, so the largest counts, not the sum."""

    def describe(self) -> Iterable[Metric]:
        return [_builds()]

    def collect(self) -> Iterable[Metric]:
        DATABASE.ask()
        if not DATABASE.finding().is_up:  # one that hangs would keep the thread
            return []
        family = _builds()
        try:
            counts = dict(Build.objects.order_by().values_list("state").annotate(Count("pk")))
        except DatabaseError:
            return []
        finally:
            give_back_idle()
        for state in BuildState.values:
            family.add_metric([state], counts.get(state, 0))
        return [family]


def _builds() -> GaugeMetricFamily:
    return GaugeMetricFamily("replay_builds", "Builds by state, of all workers", labels=["state"])


COLLECTED.register(Builds())
