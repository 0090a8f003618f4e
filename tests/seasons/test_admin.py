from dataclasses import replace

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from seasons.admin.durations import read_ms, show_ms
from seasons.catalogue import import_session
from seasons.models import (
    Circuit,
    Driver,
    Entry,
    Event,
    Lap,
    PitStop,
    RaceControl,
    Result,
    Season,
    Session,
    SessionState,
    SessionStatus,
    Stint,
    Team,
    TrackStatus,
    Weather,
)
from seasons.stamps import catalogue_stamp, session_stamps
from tests.seasons.records import ENTRIES, MELBOURNE, NORRIS, RACE, SHANGHAI

OF_THE_CALENDAR = [Season, Circuit, Event, Session, Driver, Team, Entry]
OF_A_SESSION = [Result, Lap, Stint, PitStop, Weather, TrackStatus, RaceControl, SessionStatus]
MODELS = [*OF_THE_CALENDAR, *OF_A_SESSION]
RACE_KEY = "2025-australian-grand-prix-race"


def put(event, *entries):
    event = replace(event, circuit_key=event.round_number, circuit_name=event.location)
    import_session(replace(RACE, event=event), entries, source="fastf1", fastf1_version="3.9.0")
    session = Session.objects.get(event__name=event.name)
    for entry in session.entries.all():
        put_rows_of(entry)
    Weather.objects.create(session=session, t_ms=60_000, air_temp_c=21.5)
    TrackStatus.objects.create(session=session, start_ms=0, code="1")
    RaceControl.objects.create(session=session, utc=timezone.now(), message="GREEN LIGHT")
    SessionStatus.objects.create(session=session, t_ms=0, status="Started")


def put_rows_of(entry):
    whose = {"session": entry.session, "entry": entry}
    Result.objects.update_or_create(entry=entry, defaults={"session": entry.session, "time_ms": 5_000_000})
    for number in (1, 2):
        Lap.objects.create(**whose, lap_number=number, lap_time_ms=83_456, sector_1_ms=28_001, compound="SOFT")
    Stint.objects.create(**whose, number=1, first_lap=1, last_lap=2)
    PitStop.objects.create(**whose, number=1, lap_number=1, pit_in_ms=3_723_004, duration_ms=21_500)


@pytest.fixture
def curator(admin_client: Client, settings) -> Client:
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"  # the hashed one wants collectstatic first
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    put(MELBOURNE, *ENTRIES)
    return admin_client


@pytest.fixture
def race(curator) -> Session:
    return Session.objects.get(key=RACE_KEY)


def list_of(model) -> str:
    return reverse(f"admin:seasons_{model._meta.model_name}_changelist")


def race_stamp() -> str | None:
    """None where nobody may see the session."""
    stamp = session_stamps([RACE_KEY]).get(RACE_KEY)
    return stamp and stamp.value


def page_of(row) -> str:
    return reverse(f"admin:seasons_{row._meta.model_name}_change", args=[row.pk])


def form_of(client: Client, address: str) -> dict[str, str]:
    """What a browser would send if its user changed nothing."""
    form = client.get(address).context["adminform"].form
    sent = {}
    for field in form:
        value = field.value()
        if hasattr(field.field.widget, "decompress"):
            parts = field.field.widget.decompress(value)
            sent |= {f"{field.html_name}_{n}": "" if part is None else str(part) for n, part in enumerate(parts)}
        elif value is True:
            sent[field.html_name] = "on"
        elif value is not False:
            sent[field.html_name] = "" if value is None else str(value)
    return sent


def save(client: Client, row, **changes: str | None):
    """Save the page of `row` with `changes`; None unticks a box. Returns the messages of the answer."""
    sent = {name: value for name, value in (form_of(client, page_of(row)) | changes).items() if value is not None}
    page = client.post(page_of(row), sent, follow=True)
    assert page.redirect_chain, page.context["errors"]
    return [str(message) for message in page.context["messages"]]


def act(client: Client, action: str, *rows):
    sent = {"action": action, "_selected_action": [row.pk for row in rows]}
    page = client.post(list_of(type(rows[0])), sent, follow=True)
    return [str(message) for message in page.context["messages"]]


@pytest.mark.parametrize("model", MODELS)
def test_each_model_can_be_listed_searched_opened_and_added(curator, model):
    row = model.objects.first()

    listed = curator.get(list_of(model))
    searched = curator.get(list_of(model), {"q": "australian-grand-prix"})
    opened = curator.get(page_of(row))
    added = curator.get(reverse(f"admin:seasons_{model._meta.model_name}_add"))

    assert [response.status_code for response in (listed, searched, opened, added)] == [200, 200, 200, 200]
    assert page_of(row) in listed.content.decode()
    assert all(">None<" not in page.content.decode() for page in (listed, opened, added))


@pytest.mark.parametrize("model", MODELS)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(curator, model, django_assert_max_num_queries):
    curator.get(list_of(model))
    with CaptureQueriesContext(connection) as few:
        curator.get(list_of(model))
    extra = [
        replace(NORRIS, number=str(n), full_name=f"D {n}", driver_ref="", team=f"T {n}", team_ref="")
        for n in range(2, 9)
    ]
    put(SHANGHAI, *extra)
    with django_assert_max_num_queries(len(few)):
        curator.get(list_of(model))


@pytest.mark.parametrize("model", [Season, Event, Session, Entry])
def test_a_page_with_its_rows_takes_as_many_queries_for_many_as_for_few(curator, model, django_assert_max_num_queries):
    row = model.objects.order_by("pk")[0]
    with CaptureQueriesContext(connection) as few:
        curator.get(page_of(row))

    entry = Entry.objects.order_by("pk")[0]
    for kind in ("practice-1", "practice-2", "qualifying"):
        Session.objects.create(event=entry.session.event, kind=kind, name=kind, key=kind)
    for number in range(3, 9):
        Lap.objects.create(session=entry.session, entry=entry, lap_number=number)
        driver = Driver.objects.create(full_name=f"D {number}", key=f"d{number}")
        other = Entry.objects.create(session=entry.session, driver=driver, number=f"9{number}", key=f"e{number}")
        put_rows_of(other)
        Event.objects.create(season=entry.session.event.season, name="E", key=f"e-{number}", date="2025-05-01")
    with django_assert_max_num_queries(len(few)):
        curator.get(page_of(row))


def test_what_an_import_wrote_about_itself_is_shown_and_cannot_be_edited(curator, race):
    page = curator.get(page_of(race))

    fields = page.context["adminform"].form.fields
    assert not {"public_id", "key", "source_kind", "fastf1_version", "imported_at", "stamp"} & fields.keys()
    assert {"state", "published", "locked"} <= fields.keys()
    assert race.public_id in page.content.decode()
    assert "3.9.0" in page.content.decode()
    assert "FastF1 3.9.0, imported" in curator.get(page_of(Lap.objects.first())).content.decode()


def test_a_session_shows_its_entries_and_leads_to_its_rows(curator, race):
    page = curator.get(page_of(race)).content.decode()

    assert all(name in page for name in ("Lando Norris", "Max Verstappen", "Oscar Piastri", "Red Bull Racing"))
    assert f'href="{list_of(Lap)}?session_id={race.pk}"><b>6</b> laps' in page


def test_a_list_of_one_sessions_laps_says_whose_they_are(curator, race):
    put(SHANGHAI, NORRIS)
    page = curator.get(list_of(Lap), {"session_id": race.pk})

    assert page.context["cl"].result_count == 6
    assert str(race) in page.content.decode()


@pytest.mark.parametrize("nonsense", ["0", "x", "", "1e9", "-1"])
def test_a_session_that_is_not_there_has_no_laps(curator, nonsense):
    page = curator.get(list_of(Lap), {"session_id": nonsense})

    assert page.status_code == 200
    assert page.context["cl"].result_count == 0
    assert "no such session" in page.content.decode()


def test_drivers_are_offered_while_one_types(curator):
    answer = curator.get(
        reverse("admin:autocomplete"),
        {"app_label": "seasons", "model_name": "entry", "field_name": "driver", "term": "nor"},
    )

    assert [item["text"] for item in answer.json()["results"]] == ["Lando Norris"]


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "0:00.000"), (83_456, "1:23.456"), (3_723_004, "1:02:03.004"), (-5_000, "-0:05.000"), (59_999, "0:59.999")],
)
def test_times_are_written_as_minutes_and_seconds_and_read_back(ms, text):
    assert show_ms(ms) == text
    assert read_ms(text) == ms


@pytest.mark.parametrize(("text", "ms"), [("83.456", 83_456), ("83,4", 83_400), (" 1:23 ", 83_000), ("90", 90_000)])
def test_plain_seconds_are_read_too(text, ms):
    assert read_ms(text) == ms


@pytest.mark.parametrize("text", ["", "1:60", "1:2:3:4", "1:23.4567", "abc", "1:-2", "1:99:00", "--1", "\uff11:23"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):
        read_ms(text)


def test_times_are_shown_and_edited_as_people_write_them(curator, race):
    lap = Lap.objects.first()
    assert "1:23.456" in curator.get(list_of(Lap)).content.decode()
    assert form_of(curator, page_of(lap))["lap_time_ms"] == "1:23.456"

    save(curator, lap, lap_time_ms="1:22.001")

    lap.refresh_from_db()
    assert lap.lap_time_ms == 82_001
    assert lap.sector_1_ms == 28_001


@pytest.mark.parametrize(("text", "said"), [("quick", "1:23.456"), ("-1:00", "greater than or equal to 0")])
def test_a_time_that_makes_no_sense_is_the_fields_error(curator, text, said):
    lap = Lap.objects.first()
    response = curator.post(page_of(lap), form_of(curator, page_of(lap)) | {"lap_time_ms": text})

    assert response.status_code == 200
    assert said in str(response.context["adminform"].form.errors["lap_time_ms"])
    assert Lap.objects.get(pk=lap.pk).lap_time_ms == 83_456


def test_an_edit_locks_the_row_and_says_so(curator):
    driver = Driver.objects.get(full_name="Lando Norris")

    said = save(curator, driver, full_name="Lando N.")

    driver.refresh_from_db()
    assert driver.locked
    assert any("locked now" in message for message in said)
    put(SHANGHAI, NORRIS)
    assert Driver.objects.get(pk=driver.pk).full_name == "Lando N."


def test_what_an_import_finds_a_row_by_cannot_be_edited_so_that_it_finds_it_again(curator, race):
    put(SHANGHAI, NORRIS)
    other = Event.objects.get(name=SHANGHAI.name)
    entry = Entry.objects.get(session=race, number="4")
    found_by = {
        race.event.season: {"year": 2031},
        race.event: {"season": Season.objects.create(year=2031, key="2031").pk, "is_demo": "on"},
        race: {"kind": "sprint", "event": other.pk},
        entry: {"number": "94"},
    }

    for row, changes in found_by.items():
        before = {name: getattr(row, name) for name in changes}
        save(curator, row, **changes)
        row.refresh_from_db()
        assert {name: getattr(row, name) for name in changes} == before

    report = import_session(
        replace(RACE, event=replace(MELBOURNE, circuit_key=1, circuit_name=MELBOURNE.location)),
        ENTRIES,
        source="fastf1",
        fastf1_version="3.9.0",
    )
    assert not report.added
    assert not report.removed


def test_whoever_unticks_the_lock_gets_an_unlocked_row(curator):
    driver = Driver.objects.get(full_name="Lando Norris")
    save(curator, driver, full_name="Lando N.")

    said = save(curator, driver, full_name="L. Norris", locked=None)

    driver.refresh_from_db()
    assert (driver.full_name, driver.locked) == ("L. Norris", False)
    assert not any("locked now" in message for message in said)


@pytest.mark.parametrize("changes", [{}, {"published": None}])
def test_saving_what_no_import_writes_locks_nothing(curator, race, changes):
    save(curator, race, **changes)

    race.refresh_from_db()
    assert not race.locked


def test_rows_are_locked_and_unlocked_by_the_list(curator):
    laps = list(Lap.objects.all()[:2])

    assert act(curator, "lock", *laps) == ["2 laps locked."]
    assert Lap.objects.filter(locked=True).count() == 2
    assert act(curator, "unlock", laps[0]) == ["1 lap unlocked."]
    assert list(Lap.objects.filter(locked=True)) == [laps[1]]


def test_a_hidden_session_has_no_stamp_until_it_is_published_again(curator, race):
    before = race_stamp()

    assert act(curator, "hide", race) == ["1 session hidden."]
    assert race_stamp() is None

    assert act(curator, "publish", race) == ["1 session published."]
    assert race_stamp() != before
    assert LogEntry.objects.filter(object_id=race.pk).count() == 2


def test_hiding_what_is_hidden_changes_nothing(curator, race):
    act(curator, "hide", race)
    before = catalogue_stamp()

    assert act(curator, "hide", race) == ["0 sessions hidden."]
    assert catalogue_stamp() == before


def test_a_saved_page_and_a_deletion_renew_the_stamps(curator, race):
    lap = Lap.objects.first()
    before = race_stamp()

    save(curator, lap, position="3")
    saved = race_stamp()
    curator.post(reverse("admin:seasons_lap_delete", args=[lap.pk]), {"post": "yes"})
    deleted = race_stamp()

    assert len({before, saved, deleted}) == 3


def test_deleting_many_rows_renews_the_stamps_in_a_few_queries(curator, race):
    before = race_stamp()
    sent = {"action": "delete_selected", "_selected_action": [lap.pk for lap in Lap.objects.all()], "post": "yes"}

    with CaptureQueriesContext(connection) as queries:
        curator.post(list_of(Lap), sent)

    assert not Lap.objects.exists()
    assert race_stamp() != before
    assert sum("seasons_stamp" in query["sql"] for query in queries) == 1


def test_a_page_can_be_saved_though_an_import_has_removed_a_row_that_it_shows(curator, race):
    sent = form_of(curator, page_of(race))
    race.entries.first().delete()

    assert curator.post(page_of(race), sent | {"name": "Grand Prix"}).status_code == 302


def test_a_row_added_by_hand_gets_its_key_and_is_locked(curator, race):
    add = reverse("admin:seasons_event_add")
    sent = form_of(curator, add)
    assert sent["locked"] == "on"

    response = curator.post(
        add, sent | {"season": race.event.season_id, "name": "Isle of Man Grand Prix", "date": "2025-07-01"}
    )

    assert response.status_code == 302
    assert Event.objects.get(key="2025-isle-of-man-grand-prix").locked


@pytest.mark.parametrize(("name", "said"), [(MELBOURNE.name, "in the catalogue already"), ("!!", "no letter")])
def test_a_key_that_is_taken_or_empty_is_said(curator, race, name, said):
    add = reverse("admin:seasons_circuit_add")
    taken = Circuit.objects.get().name

    response = curator.post(add, form_of(curator, add) | {"name": taken if name == MELBOURNE.name else name})

    assert response.status_code == 200
    assert said in str(response.context["adminform"].form.non_field_errors())


def test_a_lap_added_by_hand_is_of_its_entrys_session(curator, race):
    add = reverse("admin:seasons_lap_add")
    entry = race.entries.first()

    response = curator.post(add, form_of(curator, add) | {"entry": entry.pk, "lap_number": "77"})

    assert response.status_code == 302
    lap = Lap.objects.get(lap_number=77)
    assert (lap.session, lap.entry, lap.locked) == (race, entry, True)


def test_whoever_may_only_look_is_offered_nothing_to_do(curator, race, client):
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)

    page = client.get(list_of(Session))

    assert page.status_code == 200
    assert page.context["cl"].result_count == 1
    assert 'value="hide"' not in page.content.decode()
    client.post(list_of(Session), {"action": "hide", "_selected_action": [race.pk]})
    assert Session.objects.get(pk=race.pk).published


@pytest.mark.parametrize(
    ("attention", "fields"),
    [
        ("missing", {"state": SessionState.AVAILABLE, "imported_at": None}),
        ("import-failed", {"state": SessionState.FAILED, "state_reason": "no"}),
        ("overdue", {"state": SessionState.SCHEDULED}),
        ("overdue", {"state": SessionState.PENDING}),
        ("hidden", {"published": False}),
    ],
)
def test_what_wants_a_look_can_be_listed(curator, race, attention, fields):
    assert curator.get(list_of(Session), {"attention": attention}).context["cl"].result_count == 0

    Session.objects.filter(pk=race.pk).update(**fields)

    assert list(curator.get(list_of(Session), {"attention": attention}).context["cl"].queryset) == [race]


def test_every_model_of_the_catalogue_but_the_stamps_has_its_page():
    registered = {model.__name__ for model in admin.site._registry if model._meta.app_label == "seasons"}

    assert registered == {model.__name__ for model in MODELS}
