import pytest

from replays.loading.event_names import EventNames, find_by_name, nearest_names, words

SEASON = [
    EventNames("Pre-Season Testing", "FORMULA 1 PRE-SEASON TESTING 2020", "Barcelona", "Spain", True),
    EventNames("Austrian Grand Prix", "FORMULA 1 GROSSER PREIS VON ÖSTERREICH 2020", "Spielberg", "Austria", False),
    EventNames("Styrian Grand Prix", "FORMULA 1 GROSSER PREIS DER STEIERMARK 2020", "Spielberg", "Austria", False),
    EventNames("Eifel Grand Prix", "FORMULA 1 GROSSER PREIS DER EIFEL 2020", "Nürburgring", "Germany", False),
    EventNames("Emilia Romagna Grand Prix", "", "Imola", "Italy", False),
    EventNames("São Paulo Grand Prix", "", "São Paulo", "Brazil", False),
    EventNames("Spanish Grand Prix", "", "Barcelona", "Spain", False),
]


def found(wanted: str) -> list[str]:
    return [SEASON[i].name for i in find_by_name(wanted, SEASON)]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("Austrian Grand Prix", "Austrian Grand Prix"),
        ("AUSTRIAN GP", "Austrian Grand Prix"),
        ("Formula 1 Grosser Preis von Osterreich 2020", "Austrian Grand Prix"),
        ("Austria", "Austrian Grand Prix"),
        ("germany", "Eifel Grand Prix"),
        ("Nurburgring", "Eifel Grand Prix"),
        ("NÜRBURGRING", "Eifel Grand Prix"),
        ("emilia-romagna", "Emilia Romagna Grand Prix"),
        ("Romagna", "Emilia Romagna Grand Prix"),
        ("saopaulo", "São Paulo Grand Prix"),
        ("brasil", "São Paulo Grand Prix"),
        ("Barcelona", "Spanish Grand Prix"),
        ("testing", "Pre-Season Testing"),
    ],
)
def test_an_event_is_found_by_its_name_place_country_or_a_word_of_them(wanted, name):
    assert found(wanted) == [name]


def test_a_place_of_two_events_means_both():
    assert found("Spielberg") == ["Austrian Grand Prix", "Styrian Grand Prix"]


@pytest.mark.parametrize(
    "wanted", ["", "   ", "Grand Prix", "2020", "Austrlia", "Atlantis", "a", "ia", "é", "🏁", "%s", "'"]
)
def test_nothing_is_found_for_what_is_no_name(wanted):
    assert found(wanted) == []


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [("Austrlia", "Austrian Grand Prix"), ("Nurburg", "Eifel Grand Prix"), ("Bresil", "São Paulo Grand Prix")],
)
def test_the_nearest_names_begin_with_the_most_similar(wanted, nearest):
    names = nearest_names(wanted, SEASON)

    assert names[0] == nearest
    assert len(names) == 3


def test_words_are_without_accents_case_and_what_all_events_have():
    assert words("Formula 1 Grande Prêmio d'Italia 2025 Grand Prix") == ["grande", "premio", "ditalia"]
