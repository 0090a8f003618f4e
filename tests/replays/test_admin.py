from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from replays.builds import build_session_replay, is_intact
from replays.claims import claim_session
from replays.models import Build, BuildState, Replay
from replays.queue import enqueue
from seasons.models import Session, SourceKind
from seasons.stamps import catalogue_stamp
from tests.replays.catalogue import catalogued_session
from tests.replays.synthetic import circle_event, synthetic_session


@pytest.fixture
def curator(admin_client: Client, replay_storage, settings) -> Client:
    """The log-in of `admin`, on a site with one session that has a replay."""
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"  # the hashed one wants collectstatic first
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    build_session_replay(synthetic_session(), on_stage=lambda stage: None)
    return admin_client


@pytest.fixture
def session(curator) -> Session:
    return Session.objects.get()


@pytest.fixture
def viewer(curator) -> Client:
    """Somebody who may look at everything, and change nothing."""
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user)
    return client


def list_of(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def act(client: Client, action: str, *rows) -> list[str]:
    sent = {"action": action, "_selected_action": [row.pk for row in rows]}
    page = client.post(list_of(type(rows[0])), sent, follow=True)
    return [str(message) for message in page.context["messages"]]


def running(session: Session) -> Build:
    claim = claim_session(session)
    Build.objects.filter(pk=claim.build_pk).update(stage="loading by FastF1", progress=0.42)
    return Build.objects.get(pk=claim.build_pk)


@pytest.mark.parametrize("model", [Replay, Build])
def test_each_model_can_be_listed_searched_and_looked_at_but_not_changed(curator, model):
    row = model.objects.get()

    listed = curator.get(list_of(model))
    searched = curator.get(list_of(model), {"q": "circle-grand-prix"})
    opened = curator.get(page_of(row))

    assert [response.status_code for response in (listed, searched, opened)] == [200, 200, 200]
    assert all(">None<" not in page.content.decode() for page in (listed, opened))
    assert "Circle Grand Prix" in searched.content.decode()
    assert 'name="_save"' not in opened.content.decode()
    assert curator.get(reverse(f"admin:replays_{model._meta.model_name}_add")).status_code == 403


@pytest.mark.parametrize("model", [Replay, Build, Session])
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(curator, model, django_assert_max_num_queries):
    curator.get(list_of(model))
    with CaptureQueriesContext(connection) as few:
        curator.get(list_of(model))
    for number in range(1, 4):
        build_session_replay(synthetic_session(event=circle_event(number), car_count=1), on_stage=lambda stage: None)
        enqueue(Session.objects.latest("pk"))
    with django_assert_max_num_queries(len(few)):
        page = curator.get(list_of(model))
    assert page.context["cl"].result_count > 1


@pytest.mark.parametrize("way", ["one", "selected", "with its session"])
def test_a_deleted_replay_takes_its_artefact_with_it(curator, way, django_capture_on_commit_callbacks):
    replay = Replay.objects.get()
    assert is_intact(replay.public_id)
    before = catalogue_stamp()

    with django_capture_on_commit_callbacks(execute=True):
        if way == "one":
            curator.post(reverse("admin:replays_replay_delete", args=[replay.pk]), {"post": "yes"})
        elif way == "selected":
            chosen = {"action": "delete_selected", "_selected_action": [replay.pk], "post": "yes"}
            curator.post(list_of(Replay), chosen)
        else:
            curator.post(reverse("admin:seasons_session_delete", args=[replay.session_id]), {"post": "yes"})

    assert not Replay.objects.exists()
    assert not is_intact(replay.public_id)
    assert catalogue_stamp() != before


def test_a_replays_page_says_in_words_what_it_has_and_leads_to_the_viewer(curator):
    replay = Replay.objects.get()
    page = curator.get(page_of(replay)).content.decode()

    assert f'href="/replays/{replay.public_id}/"' in page
    for words in ("race control", "0.0 MB" if replay.bytes < 50_000 else "MB", "1:00."):
        assert words in page
    assert "{'" not in page


@pytest.mark.parametrize(("action", "refresh"), [("build_replays", False), ("import_again", True)])
def test_chosen_sessions_are_enqueued_by_whoever_asked_with_a_link_to_watch(curator, session, action, refresh):
    other = catalogued_session(1)

    said = act(curator, action, session, other)

    asked = Build.objects.filter(state=BuildState.QUEUED)
    assert {build.session for build in asked} == {session, other}
    assert {(build.refresh, build.requested_by) for build in asked} == {(refresh, "admin")}
    assert said[0].startswith("2 builds queued. ")
    assert f'href="{list_of(Build)}?attention=active"' in said[0]


def test_a_session_that_waits_already_is_not_enqueued_again(curator, session):
    build, _ = enqueue(session)

    said = act(curator, "build_replays", session)

    assert Build.objects.filter(state=BuildState.QUEUED).get() == build
    assert said == [f'1 was waiting or running already. <a href="{page_of(build)}">See progress</a>']


@pytest.mark.parametrize("sent", [{}, {"refresh": "1"}])
def test_the_buttons_of_a_sessions_page_ask_for_a_build(curator, session, sent):
    assert "Re-import" in curator.get(page_of(session)).content.decode()

    answer = curator.post(reverse("admin:seasons_session_build", args=[session.pk]), sent)

    assert answer.headers["Location"] == page_of(session)
    assert Build.objects.get(state=BuildState.QUEUED).refresh == bool(sent)
    page = curator.get(page_of(session)).content.decode()
    assert "waits for a worker" in page
    assert ">None<" not in page


def test_a_build_that_runs_shows_where_it_is_without_any_script(curator, session):
    build = running(session)

    for address in (list_of(Build), page_of(build), list_of(Session), page_of(session)):
        page = curator.get(address).content.decode()
        assert "loading by FastF1" in page
        assert '<progress data-part="progress" max="1" aria-label="Progress" value="0.420">' in page
        assert f'data-live-build="{build.public_id}"' in page


def test_pages_ask_how_far_builds_are(curator, session):
    done, build = Build.objects.get(), running(session)

    answer = curator.get(reverse("admin:replays_build_progress"), {"id": [done.public_id, build.public_id, "nothing"]})

    assert "no-store" in answer.headers["Cache-Control"]
    told = {row["id"]: row for row in answer.json()["builds"]}
    assert told.keys() == {done.public_id, build.public_id}
    assert told[build.public_id] == {
        "id": build.public_id,
        "state": "running",
        "label": "Running",
        "tone": "busy",
        "active": True,
        "progress": 0.42,
        "told": "loading by FastF1",
        "watch": None,
    }
    assert told[done.public_id]["watch"] == f"/replays/{done.replay.public_id}/"
    assert told[done.public_id]["progress"] is None
    assert told[done.public_id]["told"] == done.report != ""


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"state": BuildState.QUEUED}, "waits for a worker"),
        ({"state": BuildState.FAILED, "error": "no such event"}, "no such event"),
        ({"state": BuildState.CANCELLED}, ""),
        ({"state": BuildState.DONE}, "results alone: there is no timing to replay"),
        ({"state": BuildState.DONE, "report": "added result 20"}, "results alone: there is no timing to replay; added"),
        (
            {"state": BuildState.QUEUED, "error": "offline", "not_before": timezone.now().replace(hour=4, minute=5)},
            "again from 04:05",
        ),
    ],
)
def test_each_state_says_what_its_name_leaves_open(curator, session, fields, told):
    build = Build.objects.create(session=session, **fields)

    row = curator.get(reverse("admin:replays_build_progress"), {"id": build.public_id}).json()["builds"][0]

    assert row["told"].startswith(told)
    assert told or row["told"] == ""


def test_only_staff_who_may_see_builds_is_told_of_them(curator, session, client, django_user_model):
    address = reverse("admin:replays_build_progress")
    assert client.get(address).status_code == 302

    client.force_login(django_user_model.objects.create_user("somebody"))
    assert client.get(address).status_code == 302

    client.force_login(django_user_model.objects.create_user("staff", is_staff=True))
    assert client.get(address).status_code == 403


def test_builds_are_cancelled_by_the_list_and_by_their_page(curator, session):
    waiting, _ = enqueue(session)
    assert act(curator, "cancel", waiting, Build.objects.earliest("pk")) == [
        "1 build cancelled.",
        "1 had ended already.",
    ]

    again = running(session)
    assert "Cancel this build" in curator.get(page_of(again)).content.decode()
    curator.post(reverse("admin:replays_build_cancel", args=[again.pk]))

    again.refresh_from_db()
    assert again.cancel_requested
    assert "being cancelled" in curator.get(page_of(again)).content.decode()


def test_a_failed_build_is_tried_again_as_it_was_asked_for(curator, session):
    failed = Build.objects.create(session=session, state=BuildState.FAILED, refresh=True, error="no")
    assert "Try again" in curator.get(page_of(failed)).content.decode()

    answer = curator.post(reverse("admin:replays_build_again", args=[failed.pk]))

    again = Build.objects.get(state=BuildState.QUEUED)
    assert (again.refresh, again.requested_by) == (True, "admin")
    assert answer.headers["Location"] == page_of(again)


def test_only_what_failed_or_was_cancelled_is_tried_again(curator, session):
    done = Build.objects.get()

    assert act(curator, "try_again", done) == ["1 neither failed nor was cancelled."]
    assert Build.objects.count() == 1


def test_a_build_under_way_cannot_be_deleted_nor_its_session(curator, session):
    build = running(session)

    assert curator.post(reverse("admin:replays_build_delete", args=[build.pk]), {"post": "yes"}).status_code == 403
    assert curator.post(reverse("admin:seasons_session_delete", args=[session.pk]), {"post": "yes"}).status_code == 403
    assert Build.objects.filter(pk=build.pk).exists()


def test_whoever_may_only_look_can_ask_for_nothing(viewer, session):
    build, _ = enqueue(session)

    assert "Re-import" not in viewer.get(page_of(session)).content.decode()
    assert "Cancel this build" not in viewer.get(page_of(build)).content.decode()
    for name, row in (
        ("seasons_session_build", session),
        ("replays_build_cancel", build),
        ("replays_build_again", build),
    ):
        assert viewer.post(reverse(f"admin:{name}", args=[row.pk])).status_code == 403
    build.refresh_from_db()
    assert (build.state, Build.objects.count()) == (BuildState.QUEUED, 2)


@pytest.mark.parametrize("name", ["seasons_session_build", "replays_build_cancel", "replays_build_again"])
def test_what_changes_something_wants_a_post_with_the_forms_token(curator, session, name, admin_user):
    address = reverse(f"admin:{name}", args=[Session.objects.get().pk])
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)

    assert curator.get(address).status_code == 405
    assert strict.post(address).status_code == 403


def test_failed_builds_are_listed_until_another_follows(curator, session):
    failed = Build.objects.create(session=session, state=BuildState.FAILED, error="no")
    listed = curator.get(list_of(Build), {"attention": "failed"}).context["cl"].queryset
    assert list(listed) == [failed]

    enqueue(session)
    assert curator.get(list_of(Build), {"attention": "failed"}).context["cl"].result_count == 0
    assert curator.get(list_of(Build), {"attention": "active"}).context["cl"].result_count == 1


def stale(curator) -> list[Session]:
    return list(curator.get(list_of(Session), {"attention": "stale"}).context["cl"].queryset)


def test_a_replay_of_an_older_format_is_stale(curator, session):
    assert stale(curator) == []

    Replay.objects.update(schema_version=0)

    assert stale(curator) == [session]


def test_a_replay_older_than_the_last_import_is_stale_until_a_build_has_looked(curator, session):
    later = timezone.now() + timedelta(minutes=5)
    Session.objects.update(imported_at=later)
    assert stale(curator) == [session]

    replay = Replay.objects.get()
    Build.objects.create(
        session=session, state=BuildState.DONE, replay=replay, finished_at=later + timedelta(seconds=9)
    )
    assert stale(curator) == []


def test_imported_sessions_without_a_replay_are_listed_unless_they_have_no_timing(curator, session):
    bare = catalogued_session(1)
    results_alone = catalogued_session(2)
    Session.objects.filter(pk__in=[bare.pk, results_alone.pk]).update(imported_at=timezone.now())
    Session.objects.filter(pk=results_alone.pk).update(source_kind=SourceKind.JOLPICA)

    listed = curator.get(list_of(Session), {"attention": "without-replay"}).context["cl"].queryset

    assert list(listed) == [bare]


def test_what_was_asked_for_stands_in_the_sessions_history(curator, session):
    act(curator, "import_again", session)

    assert "Re-import asked for" in LogEntry.objects.get(object_id=str(session.pk)).get_change_message()
