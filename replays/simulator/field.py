"""The invented field: ten teams, twenty drivers. Any likeness to a real team or driver is accidental."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Team:
    name: str
    colour: str
    """Six hexadecimal digits, no `#`, as the driver list of the feed has them."""


@dataclass(frozen=True, slots=True)
class Driver:
    number: str
    code: str
    first_name: str
    last_name: str
    country_code: str
    team: Team


_LINE_UP: tuple[tuple[Team, tuple[tuple[str, str, str, str, str], ...]], ...] = (
    (Team("Aurora GP", "00B8A9"), (("7", "HAL", "Mika", "Halonen", "FIN"), ("21", "ARV", "Tomas", "Arvelo", "ARG"))),
    (
        Team("Cobalt Motorsport", "2F6BFF"),
        (("9", "FEN", "Dario", "Fenwick", "GBR"), ("34", "CAS", "Hugo", "Castell", "ESP")),
    ),
    (Team("Ember Racing", "E4342B"), (("5", "PET", "Ivo", "Petrak", "CZE"), ("64", "WEX", "Callum", "Wexford", "IRL"))),
    (
        Team("Saffron Works", "FF7A1A"),
        (("41", "EKB", "Jonas", "Ekberg", "SWE"), ("96", "DUA", "Rafael", "Duarte", "BRA")),
    ),
    (
        Team("Iris Racing", "A259FF"),
        (("25", "MOR", "Kenji", "Morita", "JPN"), ("38", "QUI", "Paulo", "Quintela", "POR")),
    ),
    (
        Team("Fjord Grand Prix", "7FD4FF"),
        (("13", "THO", "Aksel", "Thorne", "NOR"), ("71", "SAV", "Emil", "Savard", "CAN")),
    ),
    (
        Team("Juniper Racing", "3DBB4F"),
        (("15", "ASH", "Ryan", "Ashdown", "AUS"), ("88", "VID", "Mateo", "Vidal", "MEX")),
    ),
    (Team("Basalt Racing", "9AA3AD"), (("3", "OKA", "Nils", "Okafor", "NED"), ("48", "BEL", "Rui", "Belmonte", "ITA"))),
    (
        Team("Dune Racing Team", "E8C547"),
        (("17", "RAH", "Yusuf", "Rahmani", "MAR"), ("52", "MAR", "Leo", "Marchand", "FRA")),
    ),
    (
        Team("Rosewood GP", "FF6FA8"),
        (("29", "GRU", "Anton", "Gruber", "AUT"), ("60", "NOV", "Pavel", "Novotny", "SVK")),
    ),
)

TEAMS: tuple[Team, ...] = tuple(team for team, _ in _LINE_UP)
DRIVERS: tuple[Driver, ...] = tuple(Driver(*person, team) for team, people in _LINE_UP for person in people)
"""Everywhere in the simulator a car is its index in this tuple; team mates are neighbours, fast teams first."""

CARS = len(DRIVERS)


def team_of(car: int) -> int:
    """Index of a car's team in `TEAMS`."""
    return car // 2


def team_mate(car: int) -> int:
    return car ^ 1
