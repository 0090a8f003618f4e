from django.db import models

from seasons.models.locking import Lockable
from seasons.models.session import Session


class Weather(Lockable):
    """A reading of the circuit's weather station: about one a minute."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="weather", db_index=False)
    t_ms = models.IntegerField("time (ms)", help_text="Session time.")
    air_temp_c = models.FloatField("air (°C)", null=True, blank=True)
    track_temp_c = models.FloatField("track (°C)", null=True, blank=True)
    humidity_percent = models.FloatField("humidity (%)", null=True, blank=True)
    pressure_mbar = models.FloatField("pressure (mbar)", null=True, blank=True)
    rainfall = models.BooleanField(null=True, blank=True, help_text="Null when unknown.")
    wind_direction_deg = models.PositiveSmallIntegerField("wind from (°)", null=True, blank=True)
    wind_speed_ms = models.FloatField("wind (m/s)", null=True, blank=True)

    class Meta:
        verbose_name_plural = "weather"
        ordering = ["session", "t_ms"]
        constraints = [models.UniqueConstraint(fields=["session", "t_ms"], name="seasons_weather_once_a_moment")]

    def __str__(self) -> str:
        return f"{self.session}, weather at {self.t_ms / 1000:.0f} s"
