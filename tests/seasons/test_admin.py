from dataclasses import replace

import pytest
from django.contrib import admin
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from seasons.catalogue import import_session
from seasons.models import Circuit, Driver, Entry, Event, Season, Session, Team
from tests.seasons.records import ENTRIES, MELBOURNE, NORRIS, RACE, SHANGHAI

MODELS = [Season, Circuit, Event, Session, Driver, Team, Entry]


def put(event, *entries):
    event = replace(event, circuit_key=event.round_number, circuit_name=event.location)
    import_session(replace(RACE, event=event), entries, source="fastf1", fastf1_version="3.9.0")


@pytest.fixture
def curator(admin_client: Client, settings) -> Client:
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"  # the hashed one wants collectstatic first
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    put(MELBOURNE, *ENTRIES)
    return admin_client


@pytest.mark.parametrize("model", MODELS)
def test_each_model_can_be_listed_searched_and_opened(curator, model):
    name = model._meta.model_name
    row = model.objects.first()

    listed = curator.get(reverse(f"admin:seasons_{name}_changelist"))
    searched = curator.get(reverse(f"admin:seasons_{name}_changelist"), {"q": "australian-grand-prix"})
    opened = curator.get(reverse(f"admin:seasons_{name}_change", args=[row.pk]))

    assert [response.status_code for response in (listed, searched, opened)] == [200, 200, 200]
    assert str(row.pk) in listed.content.decode()
    assert row.public_id in opened.content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(curator, model, django_assert_max_num_queries):
    address = reverse(f"admin:seasons_{model._meta.model_name}_changelist")
    curator.get(address)
    from django.db import connection

    with CaptureQueriesContext(connection) as few:
        curator.get(address)
    extra = [
        replace(NORRIS, number=str(n), full_name=f"D {n}", driver_ref="", team=f"T {n}", team_ref="")
        for n in range(2, 9)
    ]
    put(SHANGHAI, *extra)
    with django_assert_max_num_queries(len(few)):
        curator.get(address)


def test_what_an_import_wrote_cannot_be_edited(curator):
    session = Session.objects.get()
    form = admin.site.get_model_admin(Session).get_form(_superuser_request(curator), session)

    assert not {"public_id", "key", "source_kind", "fastf1_version", "imported_at"} & form.base_fields.keys()
    assert "state" in form.base_fields


def test_a_session_shows_its_entries(curator):
    session = Session.objects.get()
    page = curator.get(reverse("admin:seasons_session_change", args=[session.pk])).content.decode()

    assert all(name in page for name in ("Lando Norris", "Max Verstappen", "Oscar Piastri", "Red Bull Racing"))


def test_drivers_are_offered_while_one_types(curator):
    answer = curator.get(
        reverse("admin:autocomplete"),
        {"app_label": "seasons", "model_name": "entry", "field_name": "driver", "term": "nor"},
    )

    assert [item["text"] for item in answer.json()["results"]] == ["Lando Norris"]


def _superuser_request(client: Client):
    return client.get(reverse("admin:index")).wsgi_request
