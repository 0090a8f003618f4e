"""The playback clock: anchored, not ticked, so that it cannot drift. Pure: the caller tells `now`, monotonic seconds.

`position = anchor + (now - anchored_at) * speed` while it plays. Whatever moves it gives a new clock with the next
generation; a clock itself never changes.
"""

from dataclasses import dataclass, replace

PLAYING, PAUSED, BUFFERING, ENDED = "playing", "paused", "buffering", "ended"
MIN_SPEED, MAX_SPEED = 0.25, 64.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a replay is. `anchor_ms`: media time at `anchored_at_s`; bounds `t_start_ms`, `t_end_ms`, both included."""

    t_start_ms: int
    t_end_ms: int
    anchor_ms: float
    anchored_at_s: float
    speed: float = 1.0
    status: str = PAUSED
    generation: int = 1

    def position_ms(self, now_s: float) -> float:
        """Media time at `now_s`, within the replay. Before the anchor it is the anchor's."""
        if self.status != PLAYING:
            return self.anchor_ms
        return min(self.anchor_ms + max(now_s - self.anchored_at_s, 0.0) * self.speed * 1000, float(self.t_end_ms))

    def play(self, now_s: float) -> "Clock":
        """From where it is; from the start where it has ended."""
        if self.status == ENDED:
            return self._moved(now_s, self.t_start_ms, PLAYING)
        return self._moved(now_s, self.position_ms(now_s), PLAYING)

    def pause(self, now_s: float) -> "Clock":
        return self._moved(now_s, self.position_ms(now_s), ENDED if self.status == ENDED else PAUSED)

    def seek(self, now_s: float, t_ms: float) -> "Clock":
        """To `t_ms`, kept within the replay. One that has ended plays on from there."""
        return self._moved(now_s, t_ms, PAUSED if self.status == PAUSED else PLAYING)

    def at_speed(self, now_s: float, speed: float) -> "Clock":
        """Raises ValueError outside MIN_SPEED to MAX_SPEED."""
        if not MIN_SPEED <= speed <= MAX_SPEED:
            raise ValueError(f"speed: {MIN_SPEED:g} to {MAX_SPEED:g}, not {speed:g}")
        return replace(self._moved(now_s, self.position_ms(now_s), self.status), speed=speed)

    def hold(self, now_s: float, t_ms: float) -> "Clock":
        """Stand still at `t_ms` because nothing can be published."""
        return self._moved(now_s, t_ms, BUFFERING)

    def end(self, now_s: float) -> "Clock":
        return self._moved(now_s, self.t_end_ms, ENDED)

    def _moved(self, now_s: float, t_ms: float, status: str) -> "Clock":
        return replace(
            self,
            anchor_ms=min(max(float(t_ms), float(self.t_start_ms)), float(self.t_end_ms)),
            anchored_at_s=now_s,
            status=status,
            generation=self.generation + 1,
        )
