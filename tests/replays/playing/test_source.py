import gc
from weakref import ref

import pytest

from replays.playing.source import source_of
from tests.replays.synthetic import stored_replay


@pytest.mark.django_db
def test_rooms_of_a_replay_share_what_they_play_until_the_last_has_ended():
    replay_id = stored_replay().public_id
    first, second = source_of(replay_id), source_of(replay_id)
    assert first is second

    known = ref(first)
    del first, second
    gc.collect()
    assert known() is None
    assert source_of(replay_id).timeline.manifest.cars
