"""Who is who: jolpica's ids are missing for reserve drivers, and F1 writes names in more than one way."""

from dataclasses import replace

import pytest

from seasons.catalogue import import_session
from seasons.models import Driver, Entry, Team
from seasons.records import EntryRecord, SessionRecord
from tests.seasons.records import NORRIS, RACE, VERSTAPPEN

pytestmark = pytest.mark.django_db

PRACTICE = replace(RACE, kind="practice-1", name="Practice 1")
ZHOU = EntryRecord(
    number="24",
    code="ZHO",
    first_name="Guanyu",
    last_name="Zhou",
    full_name="Guanyu Zhou",
    driver_ref="zhou",
    team="Kick Sauber",
    team_ref="sauber",
    colour=None,
)


def put(record: SessionRecord, *entries: EntryRecord) -> None:
    import_session(record, entries, source="fastf1", fastf1_version="3.9.0")


def test_a_driver_without_an_id_is_the_one_of_that_name():
    put(RACE, NORRIS)
    put(PRACTICE, replace(NORRIS, driver_ref="", team_ref=""))

    assert Driver.objects.get().entries.count() == 2
    assert Team.objects.get().entries.count() == 2


def test_a_driver_first_seen_without_an_id_gets_it_later():
    put(PRACTICE, replace(NORRIS, driver_ref="", team_ref=""))
    put(RACE, NORRIS)

    assert Driver.objects.get().ref == "norris"
    assert Team.objects.get().ref == "mclaren"


@pytest.mark.parametrize("with_id_first", [True, False])
def test_an_id_made_of_the_name_is_no_id(with_id_first):
    made_up = replace(VERSTAPPEN, driver_ref="max-verstappen", team_ref="red-bull-racing")
    order = [VERSTAPPEN, made_up] if with_id_first else [made_up, VERSTAPPEN]
    put(PRACTICE, order[0])
    put(RACE, order[1])

    assert Driver.objects.get().ref == "max_verstappen"
    assert Team.objects.get().ref == "red_bull"


def test_a_driver_with_an_id_is_the_same_under_another_name_and_number():
    put(RACE, replace(VERSTAPPEN, number="33"))
    put(replace(RACE, event=replace(RACE.event, year=2026)), replace(VERSTAPPEN, number="3", full_name="M Verstappen"))

    assert Driver.objects.get().full_name == "Max Verstappen"
    assert set(Entry.objects.values_list("number", flat=True)) == {"33", "3"}


@pytest.mark.parametrize("with_id_first", [True, False])
def test_a_name_written_the_other_way_round_is_known_by_number_and_code(with_id_first):
    reversed_name = replace(ZHOU, driver_ref="", first_name="Zhou", last_name="Guanyu", full_name="Zhou Guanyu")
    order = [ZHOU, reversed_name] if with_id_first else [reversed_name, ZHOU]
    put(PRACTICE, order[0])
    put(RACE, order[1])

    assert Driver.objects.get().ref == "zhou"


def test_number_and_code_of_another_driver_with_an_id_are_not_enough():
    put(PRACTICE, ZHOU)
    put(RACE, replace(ZHOU, driver_ref="zhang", full_name="Wei Zhang"))

    assert set(Driver.objects.values_list("ref", flat=True)) == {"zhou", "zhang"}


def test_an_invented_driver_is_nobody_of_the_real_season():
    put(PRACTICE, ZHOU)
    demo = replace(RACE, event=replace(RACE.event, name="Demo Grand Prix", is_demo=True))
    put(demo, replace(ZHOU, driver_ref="", full_name="Somebody Else"))

    assert Driver.objects.count() == 2


def test_namesakes_with_ids_of_their_own_are_two_drivers():
    put(RACE, NORRIS)
    put(PRACTICE, replace(NORRIS, number="5", code="NO2", driver_ref="norris_senior"))

    assert set(Driver.objects.values_list("key", flat=True)) == {"lando-norris", "lando-norris-norris-senior"}


def test_a_reserve_driver_without_a_team_id_drives_for_the_team_of_that_name():
    put(replace(RACE, event=replace(RACE.event, year=2021)), replace(NORRIS, team="Alfa Romeo Racing", team_ref="alfa"))
    reserve = replace(VERSTAPPEN, number="98", code="POU", full_name="Theo Pourchaire", driver_ref="", team_ref="")
    put(PRACTICE, replace(NORRIS, team="Alfa Romeo", team_ref="alfa"), replace(reserve, team="Alfa Romeo"))

    assert Team.objects.get().name == "Alfa Romeo Racing"
    assert Entry.objects.get(number="98").team_name == "Alfa Romeo"


def test_an_entry_that_names_no_team_has_none():
    put(RACE, replace(NORRIS, team="", team_ref=""))

    assert Entry.objects.get().team is None
    assert not Team.objects.exists()
