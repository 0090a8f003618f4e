import pytest
from django.test import Client
from django.urls import reverse

from replays.builds import build_session_replay, is_intact
from replays.models import Build, Replay
from tests.replays.synthetic import synthetic_session


@pytest.fixture
def curator(admin_client: Client, replay_storage, settings) -> Client:
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"  # the hashed one wants collectstatic first
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    build_session_replay(synthetic_session(), on_stage=lambda stage: None)
    return admin_client


@pytest.mark.parametrize("model", [Replay, Build])
def test_each_model_can_be_listed_searched_and_looked_at_but_not_changed(curator, model):
    name = model._meta.model_name
    row = model.objects.get()

    listed = curator.get(reverse(f"admin:replays_{name}_changelist"))
    searched = curator.get(reverse(f"admin:replays_{name}_changelist"), {"q": "circle-grand-prix"})
    opened = curator.get(reverse(f"admin:replays_{name}_change", args=[row.pk]))

    assert [response.status_code for response in (listed, searched, opened)] == [200, 200, 200]
    assert "Circle Grand Prix" in searched.content.decode()
    assert 'name="_save"' not in opened.content.decode()
    assert curator.get(reverse(f"admin:replays_{name}_add")).status_code == 403


@pytest.mark.parametrize("way", ["one", "selected"])
def test_a_deleted_replay_takes_its_artefact_with_it(curator, way, django_capture_on_commit_callbacks):
    replay = Replay.objects.get()
    assert is_intact(replay.public_id)

    with django_capture_on_commit_callbacks(execute=True):
        if way == "one":
            curator.post(reverse("admin:replays_replay_delete", args=[replay.pk]), {"post": "yes"})
        else:
            chosen = {"action": "delete_selected", "_selected_action": [replay.pk], "post": "yes"}
            curator.post(reverse("admin:replays_replay_changelist"), chosen)

    assert not Replay.objects.exists()
    assert not is_intact(replay.public_id)
