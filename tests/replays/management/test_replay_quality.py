"""`replay_quality`: how good a replay is, for who asks by its session or its id."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from replays.management.catalogued_session import UNKNOWN_KEY
from tests.replays.synthetic import stored_replay

pytestmark = pytest.mark.django_db


@pytest.fixture
def replay(replay_storage):
    return stored_replay()


def said(*arguments):
    out = StringIO()
    call_command("replay_quality", *arguments, stdout=out)
    return out.getvalue()


def test_it_tells_the_verdict_and_the_reasons(replay):
    told = said(replay.session.key)

    assert told.startswith(f"{replay.session.key}, replay {replay.public_id}\n")
    assert replay.quality["verdict"].capitalize() in told
    assert said(replay.public_id) == told


def test_the_whole_report_is_there_as_json(replay):
    assert json.loads(said(replay.session.key, "--json")) == replay.quality


def test_who_asks_for_a_session_that_is_not_there_is_told_what_to_do():
    with pytest.raises(CommandError, match="warm_cache brings sessions in") as error:
        said("2025-nowhere-race")
    assert error.value.returncode == UNKNOWN_KEY


def test_a_session_without_a_replay_says_so(replay):
    session = replay.session
    replay.delete()

    with pytest.raises(CommandError, match="has no replay: build_replay builds one"):
        said(session.key)
