"""304 and answers that were kept: the same while nothing changes, never after something did."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seasons.models import Driver, Entry, Event, Lap, Session
from seasons.stamps import one_touch, touch_session
from tests.seasons.api.generated_catalogue import BAHRAIN_RACE, MELBOURNE, QUALIFYING, RACE, more_laps

ADDRESSES = [
    "sessions",
    f"sessions/{RACE}",
    "drivers",
    "laps?page_size=3",
    f"laps?session={RACE}",
    "laps?session=latest",
    f"results?session={RACE}&fields=position,driver",
]


@pytest.fixture
def get(generated_catalogue, client):
    """`get("laps?session=latest", etag)`: the response, with `If-None-Match` where an ETag is given."""

    def get(address: str, etag: str | None = None):
        path, _, query = address.partition("?")
        headers = {} if etag is None else {"If-None-Match": etag}
        return client.get(f"/api/v1/{path}/?{query}", headers=headers)

    return get


@pytest.mark.parametrize("address", [*ADDRESSES, f"laps?session={RACE}&format=csv"])
def test_who_has_the_answer_gets_304(get, address):
    first = get(address)
    assert first.status_code == 200
    assert first["Cache-Control"].startswith("public, ")

    for asked in (first["ETag"], f'"other", {first["ETag"]}', first["ETag"].removeprefix("W/")):
        again = get(address, asked)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert again["Cache-Control"] == first["Cache-Control"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_was_kept_is_what_was_made(get, address):
    made, kept = get(address), get(address)

    assert kept.content == made.content
    assert {name: kept[name] for name in ("Content-Type", "ETag", "Cache-Control")} == {
        name: made[name] for name in ("Content-Type", "ETag", "Cache-Control")
    }


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_kept_answer_and_a_304_ask_for_a_stamp_and_nothing_else(get, address, django_assert_max_num_queries):
    etag = get(address)["ETag"]

    with CaptureQueriesContext(connection) as kept:
        assert get(address).status_code == 200
    with CaptureQueriesContext(connection) as unchanged:
        assert get(address, etag).status_code == 304
    assert len(kept) == len(unchanged) == 1
    assert "stamp" in kept[0]["sql"]


def test_each_question_has_its_own_answer(get):
    answers = [get(address) for address in ("laps", "laps?page=1", "laps?format=csv", "laps?fields=id", "stints")]

    assert len({answer["ETag"] for answer in answers}) == len(answers)


def test_pages_link_to_the_host_they_were_asked_of(generated_catalogue, client, settings):
    settings.ALLOWED_HOSTS = ["a.example", "b.example"]

    for host in ("a.example", "b.example"):
        page = client.get("/api/v1/laps/?page_size=1", headers={"Host": host}).json()
        assert page["next"].startswith(f"http://{host}/")


def save_a_row() -> None:
    lap = Lap.objects.filter(session__key=RACE)[0]
    lap.lap_time_ms = 1
    lap.save()


def delete_a_row() -> None:
    Lap.objects.filter(session__key=RACE)[0].delete()


def import_in_bulk() -> None:
    with one_touch():
        more_laps(RACE, 2)


def update_in_bulk() -> None:
    laps = Lap.objects.filter(session__key=RACE)
    laps.update(lap_time_ms=1)
    touch_session(laps[0].session_id)


def rename_a_driver() -> None:
    driver = Driver.objects.get(key="lando-norris")
    driver.key = "lando"
    driver.save()


@pytest.mark.parametrize("change", [save_a_row, delete_a_row, import_in_bulk, update_in_bulk, rename_a_driver])
@pytest.mark.parametrize("session", [f"session={RACE}", "session=latest", "season=2025", f"session__in={RACE}"])
def test_after_a_change_nobody_gets_what_was_before(get, session, change):
    address = f"laps?page_size=1000&{session}"
    before = get(address)

    change()
    after = get(address, before["ETag"])
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert after.json() != before.json()


def test_a_session_that_is_hidden_is_gone_at_once_from_what_was_kept(get):
    before = get(f"laps?session={RACE}")
    detail = get(f"sessions/{RACE}")

    session = Session.objects.get(key=RACE)
    session.published = False
    session.save()

    assert get(f"laps?session={RACE}", before["ETag"]).status_code == 400
    assert get(f"sessions/{RACE}", detail["ETag"]).status_code == 404


def test_a_change_elsewhere_leaves_the_answers_of_a_session(get):
    mine, all_laps = get(f"laps?session={RACE}"), get("laps")

    more_laps(QUALIFYING, 1)
    assert get(f"laps?session={RACE}", mine["ETag"]).status_code == 304
    assert get("laps", all_laps["ETag"]).status_code == 200


@pytest.mark.parametrize(
    ("address", "gone"),
    [
        # Answers that name a session and yet depend on others.
        (f"drivers?session={RACE}&season=2024", Entry.objects.filter(session__key=BAHRAIN_RACE)),
        (f"teams?session={RACE}&event=2024-bahrain-grand-prix", Entry.objects.filter(session__key=BAHRAIN_RACE)),
        (f"laps?session={RACE}&session__in={RACE},{QUALIFYING}", Session.objects.filter(key=QUALIFYING)),
    ],
)
def test_an_answer_about_several_sessions_is_as_fresh_as_all_of_them(get, address, gone):
    before = get(address)
    assert before.status_code == 200

    for row in gone.all():
        row.delete()
    after = get(address, before["ETag"])
    assert after.status_code != 304
    assert after.content != before.content


def test_a_save_in_the_admin_is_seen(get, admin_client):
    before = get("events")
    event = Event.objects.get(key=MELBOURNE)
    opened = admin_client.get(f"/admin/seasons/event/{event.pk}/change/")
    fields = opened.context["adminform"].form.initial
    form = {name: "" if value is None else value for name, value in fields.items()} | {"official_name": "RENAMED"}
    for inline in opened.context["inline_admin_formsets"]:
        for name, value in inline.formset.management_form.initial.items():
            form[f"{inline.formset.prefix}-{name}"] = value
        for each in inline.formset.forms:
            for name, value in each.initial.items():
                form[f"{each.prefix}-{name}"] = "" if value is None else value
    saved = admin_client.post(f"/admin/seasons/event/{event.pk}/change/", form)
    assert saved.status_code == 302, saved.context["errors"]

    assert "RENAMED" in get("events", before["ETag"]).content.decode()


def test_any_answer_will_do_for_a_star_but_there_must_be_one(get):
    assert get(f"sessions/{RACE}", "*").status_code == 304
    assert get("sessions/no-such", "*").status_code == 404
    assert get("laps?nonsense=1", "*").status_code == 400


@pytest.mark.parametrize("etag", ["", "nonsense", 'W/"', '"x"', "W/*", "\x00" * 3 + "a"])
def test_an_etag_that_is_none_of_ours_is_no_match(get, etag):
    assert get("sessions", etag).status_code == 200


def test_errors_are_not_kept(get):
    assert "ETag" not in get("sessions/no-such")
    assert "ETag" not in get("laps?nonsense=1")

    Driver.objects.create(key="new-driver", full_name="Generated Driver")
    assert get("laps?driver=new-driver").status_code == 200


def test_what_is_over_may_be_kept_for_a_minute_and_what_is_not_is_asked_for_again(get):
    assert get(f"laps?session={RACE}")["Cache-Control"] == "public, max-age=60"
    assert get("laps?session=latest")["Cache-Control"] == "public, no-cache"
    assert get("laps")["Cache-Control"] == "public, no-cache"
    assert get("sessions/2025-sao-paulo-grand-prix-race")["Cache-Control"] == "public, no-cache"


def test_an_empty_catalogue_answers(db, client):
    for name in ("sessions", "laps", "seasons"):
        assert client.get(f"/api/v1/{name}/").json()["count"] == 0
    assert client.get("/api/v1/sessions/latest/").status_code == 404
    assert client.get("/api/v1/laps/?session=latest").status_code == 400
