"""What rooms play: one source for all rooms of a replay in this process, as long as any is here. Reading it blocks."""

from weakref import WeakValueDictionary

from replays.playing.snapshot import EventLog
from replays.storage import open_timeline, read_events
from replays.timeline import Timeline


class Source:
    """A replay's samples and its events, two megabytes of them; for any number of rooms and threads."""

    def __init__(self, replay_id: str) -> None:
        """Raises UnreadableReplay."""
        self.timeline: Timeline = open_timeline(replay_id)
        self.events = EventLog(read_events(replay_id, self.timeline.manifest))


_sources: WeakValueDictionary[str, Source] = WeakValueDictionary()


def source_of(replay_id: str) -> Source:
    """The replay's, read where nobody here has it: a replay never changes. Raises UnreadableReplay."""
    known = _sources.get(replay_id)
    return _sources.setdefault(replay_id, Source(replay_id)) if known is None else known
