import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from seasons.catalogue import import_session
from seasons.keys import SESSION_KINDS
from seasons.models import Circuit, Driver, Entry, Event, Season, Session, SessionKind, Team
from seasons.models.identity import new_public_id
from tests.seasons.records import ENTRIES, RACE


@pytest.fixture
def session(db) -> Session:
    import_session(RACE, ENTRIES, source="fastf1", fastf1_version="3.9.0")
    return Session.objects.get()


def test_the_kinds_are_those_of_the_keys():
    assert dict(SessionKind.choices) == SESSION_KINDS


def test_public_ids_differ_and_need_no_quoting_in_a_url():
    ids = {new_public_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9]{12}", public_id) for public_id in ids)


def test_every_row_has_an_id_and_a_key_of_its_own(session):
    for model in (Season, Event, Session, Driver, Team, Entry):
        rows = list(model.objects.all())
        assert rows
        assert len({row.public_id for row in rows}) == len({row.key for row in rows}) == len(rows)


def test_rows_say_what_they_are(session):
    circuit = Circuit(name="Melbourne")
    norris = session.entries.get(number="4")

    texts = [
        str(row) for row in (session.event.season, session.event, session, norris, norris.driver, norris.team, circuit)
    ]
    assert texts == [
        "2025",
        "Australian Grand Prix 2025",
        "Australian Grand Prix 2025 Race",
        "4 NOR",
        "Lando Norris",
        "McLaren",
        "Melbourne",
    ]


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Season, {"year": 1949}),
        (Event, {"round_number": 0}),
        (Event, {"is_testing": True}),
        (Session, {"kind": "warm-up"}),
        (Session, {"state": "lost"}),
        (Session, {"state": "failed", "state_reason": ""}),
        (Session, {"source_kind": "hearsay"}),
        (Entry, {"number": ""}),
        (Entry, {"colour": "#FF8000"}),
        (Entry, {"number": "4"}),
        (Driver, {"ref": "norris"}),
        (Team, {"ref": "mclaren"}),
    ],
)
def test_the_database_refuses_what_cannot_be(session, model, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**change)


def test_a_session_is_once_in_an_event(session):
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.create(event=session.event, kind=session.kind, key="another", name="Race")


def test_drivers_without_an_id_of_jolpica_may_be_many(db):
    for name in ("one", "two"):
        Driver.objects.create(key=name, full_name=name)

    assert Driver.objects.filter(ref="").count() == 2


def test_a_colour_is_checked_before_the_database_is_asked(session):
    entry = session.entries.get(number="4")
    entry.colour = "orange"

    with pytest.raises(ValidationError, match="colour"):
        entry.full_clean()


def test_every_field_that_may_be_blank_says_what_that_means():
    for model in (Season, Circuit, Event, Session, Driver, Team, Entry):
        for field in model._meta.get_fields():
            if field.concrete and not field.primary_key and (field.null or field.blank):
                assert re.search(r"[Nn]ull|[Ee]mpty", field.help_text), f"{model.__name__}.{field.name}"
