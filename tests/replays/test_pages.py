import re

import pytest

from replays.models import Replay, ReplayState
from tests.replays.synthetic import circle_event, stored_replay, synthetic_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("replay_storage")]


def test_without_replays_the_list_says_how_to_get_one(client):
    response = client.get("/")
    assert response.status_code == 200
    assert b"load_demo" in response.content


def test_the_list_leads_to_each_replay_that_is_ready(client):
    old = stored_replay()
    Replay.objects.update(state=ReplayState.SUPERSEDED)
    new = stored_replay(synthetic_session(car_count=2))
    page = client.get("/").content.decode()
    assert f'href="/replays/{new.public_id}/"' in page
    assert old.public_id not in page
    for words in ("Circle Grand Prix", "Roundabout", "Race", "2025", "1 min", "2 cars"):
        assert words in page
    assert "Simulated demo" not in page


def test_the_list_says_what_a_replay_has_not(client):
    stored_replay(synthetic_session(positions=False))
    assert "Timing only, no map" in client.get("/").content.decode()


@pytest.mark.parametrize("count", [1, 4])
def test_the_list_takes_one_query(client, django_assert_num_queries, count):
    for number in range(count):
        stored_replay(synthetic_session(event=circle_event(number + 1), car_count=1))
    with django_assert_num_queries(1):
        assert client.get("/").content.count(b"replay-card__event") == count


@pytest.mark.parametrize("slash", ["/", ""])
def test_the_viewer_names_its_replay_and_where_its_data_are(client, settings, slash):
    replay = stored_replay()
    response = client.get(f"/replays/{replay.public_id}{slash}")
    page = response.content.decode()
    assert response.status_code == 200
    assert f"<title>2025 Circle Grand Prix, Race | {settings.APP_NAME}</title>" in page
    assert f'data-socket-path="/ws/v1/replays/{replay.public_id}/"' in page
    assert client.get(f"/api/v1/replays/{replay.public_id}/track/").status_code == 200


@pytest.mark.parametrize("slash", ["/", ""])
def test_a_rooms_page_asks_nobody_what_is_played_there(client, settings, django_assert_num_queries, slash):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "there.is.None"}}
    with django_assert_num_queries(0):
        response = client.get(f"/rooms/q7Zk2f-_{slash}")
    page = response.content.decode()
    assert response.status_code == 200
    assert f"<title>Room | {settings.APP_NAME}</title>" in page
    assert 'data-socket-path="/ws/v1/rooms/q7Zk2f-_/"' in page
    assert "data-track-url" not in page
    assert '<meta name="robots" content="noindex">' in page


@pytest.mark.parametrize("room_id", ["", "%00", "x" * 300, "..%2f..", "a%22b"])
def test_what_cannot_be_a_room_is_404(client, room_id):
    assert client.get(f"/rooms/{room_id}/").status_code == 404


def test_the_viewer_has_one_script_and_nothing_inline(client):
    for address in (f"/replays/{stored_replay().public_id}/", "/rooms/q7Zk2f/"):
        page = client.get(address).content.decode()
        (script,) = re.findall(r"<script[^>]*>", page)
        assert re.fullmatch(r'<script type="module" nonce="[^"]*" src="/static/replays/js/main.js">', script)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)


def test_a_replaced_replay_can_still_be_watched(client):
    replay = stored_replay()
    Replay.objects.update(state=ReplayState.SUPERSEDED)
    assert client.get(f"/replays/{replay.public_id}/").status_code == 200


@pytest.mark.parametrize("replay_id", ["unknown", "%00", "x" * 300, "..%2f.."])
def test_an_unknown_replay_is_404(client, replay_id):
    assert client.get(f"/replays/{replay_id}/").status_code == 404


def test_names_are_escaped(client):
    stored_replay(synthetic_session())
    Replay.objects.get().session.event.__class__.objects.update(name="<script>alert(1)</script>")
    assert b"<script>alert" not in client.get("/").content


def test_a_hidden_session_is_on_no_page(client):
    replay = stored_replay()
    replay.session.published = False
    replay.session.save()
    assert replay.public_id not in client.get("/").content.decode()
    assert client.get(f"/replays/{replay.public_id}/").status_code == 404


def test_pages_that_name_no_icon_get_the_sites(client):
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert response["Location"].endswith(".svg")
