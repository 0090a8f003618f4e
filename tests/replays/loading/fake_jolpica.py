"""A stand-in for jolpica that FastF1 asks as it would the real one: below its sessions, cache and parser.

It pages as jolpica does, and answers what a test gives it: recorded replies, or a handful of rows of real races
written down here (`MONACO_2010`, ...).
"""

import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from replays.loading.fastf1_setup import configure_fastf1

Race = dict[str, Any]
LISTS = {"results": "Results", "qualifying": "QualifyingResults", "sprint": "SprintResults"}
PATH = re.compile(r"/ergast/f1/(?P<year>\d{4})(?:/(?P<round>\d+))?(?:/(?P<endpoint>[a-z]+))?\.json")


class FakeJolpica(HTTPAdapter):
    """`refusals` are the (status, reason) it answers first. `asked` are the paths with queries it was sent."""

    def __init__(self, races: Sequence[Race], *, most_rows: int = 100) -> None:
        super().__init__()
        self.races = list(races)
        self.most_rows = most_rows
        self.refusals: list[tuple[int, str]] = []
        self.asked: list[str] = []

    def send(self, request: PreparedRequest, *_args: Any, **_options: Any) -> Response:
        parts = urlsplit(str(request.url))
        self.asked.append(f"{parts.path}?{parts.query}".removeprefix("/ergast/f1").rstrip("?"))
        if self.refusals:
            return self._response(request, *self.refusals.pop(0), b"{}")
        match = PATH.fullmatch(parts.path)
        assert match is not None, parts.path
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
        races = [race for race in self.races if race["season"] == match["year"]]
        if match["round"]:
            races = [race for race in races if race["round"] == match["round"]]
        limit = min(query.get("limit", 30), self.most_rows)
        found, total = page(races, match["endpoint"], query.get("offset", 0), limit)
        table = {"season": match["year"], "Races": found}
        header = {"limit": str(limit), "offset": str(query.get("offset", 0)), "total": str(total)}
        body = {"MRData": {"xmlns": "", "series": "f1", "url": parts.geturl(), **header, "RaceTable": table}}
        return self._response(request, 200, "OK", json.dumps(body).encode())

    def _response(self, request: PreparedRequest, status: int, reason: str, body: bytes) -> Response:
        raw = HTTPResponse(
            body=io.BytesIO(body),
            status=status,
            reason=reason,
            preload_content=False,
            headers={"Content-Type": "application/json", "Content-Length": str(len(body))},
            request_url=request.url,
            request_method=request.method,
        )
        return self.build_response(request, raw)


def ask_fake_jolpica(fake: FakeJolpica, cache: Path, monkeypatch: pytest.MonkeyPatch) -> FakeJolpica:
    """Have FastF1, with its cache in `cache`, ask `fake` where it would ask jolpica, and as often as it likes."""
    from fastf1 import req

    configure_fastf1(cache, offline=False)
    assert req.Cache._requests_session_cached is not None
    req.Cache._requests_session_cached.mount("https://api.jolpi.ca", fake)
    monkeypatch.setattr(req._SessionWithRateLimiting, "_RATE_LIMITS", {})
    return fake


def page(races: Sequence[Race], endpoint: str | None, offset: int, limit: int) -> tuple[list[Race], int]:
    """The races of the rows `offset` to `offset + limit`, and how many rows there are; rows of races are races."""
    plain = [{key: value for key, value in race.items() if key not in LISTS.values()} for race in races]
    if endpoint is None:
        return plain[offset : offset + limit], len(races)
    name = LISTS[endpoint]
    rows = [(i, row) for i, race in enumerate(races) for row in race.get(name, [])]
    found: dict[int, Race] = {}
    for i, row in rows[offset : offset + limit]:
        found.setdefault(i, {**plain[i], name: []})[name].append(row)
    return list(found.values()), len(rows)


def row(
    number: str | None, position: str, driver: tuple[str, str, str], team: tuple[str, str], **result: Any
) -> dict[str, Any]:
    """A row of a result; `driver` is id, given and family name, `team` id and name."""
    found = {
        "position": position,
        "Driver": {"driverId": driver[0], "givenName": driver[1], "familyName": driver[2]},
        "Constructor": {"constructorId": team[0], "name": team[1]},
        **result,
    }
    return found if number is None else {"number": number, **found}


def finish(text: str, points: str, grid: str, laps: str, status: str, time: tuple[str, str] | None = None) -> Race:
    told = {"positionText": text, "points": points, "grid": grid, "laps": laps, "status": status}
    return told if time is None else {**told, "Time": {"millis": time[0], "time": time[1]}}


def race(season: str, number: str, name: str, day: str, circuit: tuple[str, str, str, str], **more: Any) -> Race:
    """`circuit` is id, name, locality, country."""
    place = {"lat": "0", "long": "0", "locality": circuit[2], "country": circuit[3]}
    where = {"circuitId": circuit[0], "circuitName": circuit[1], "Location": place}
    return {"season": season, "round": number, "raceName": name, "Circuit": where, "date": day, **more}


WEBBER, VETTEL = ("webber", "Mark", "Webber"), ("vettel", "Sebastian", "Vettel")
KUBICA, HAMILTON = ("kubica", "Robert", "Kubica"), ("hamilton", "Lewis", "Hamilton")
BUTTON = ("button", "Jenson", "Button")
RED_BULL, RENAULT, MCLAREN = ("red_bull", "Red Bull"), ("renault", "Renault"), ("mclaren", "McLaren")

MONACO_2010 = race(
    "2010",
    "6",
    "Monaco Grand Prix",
    "2010-05-16",
    ("monaco", "Circuit de Monaco", "Monte-Carlo", "Monaco"),
    time="12:00:00Z",
    Results=[
        row("6", "1", WEBBER, RED_BULL, **finish("1", "25", "1", "78", "Finished", ("6613355", "1:50:13.355"))),
        row("5", "2", VETTEL, RED_BULL, **finish("2", "18", "3", "78", "Finished", ("6613803", "+0.448"))),
        row("11", "3", KUBICA, RENAULT, **finish("3", "15", "2", "78", "Finished", ("6615030", "+1.675"))),
    ],
    QualifyingResults=[
        row("6", "1", WEBBER, RED_BULL, Q3="1:13.826"),
        row("11", "2", KUBICA, RENAULT, Q3="1:14.120"),
        row("5", "3", VETTEL, RED_BULL, Q3="1:14.227"),
    ],
)
TURKEY_2010 = race(
    "2010",
    "7",
    "Turkish Grand Prix",
    "2010-05-30",
    ("istanbul", "Istanbul Park", "Istanbul", "Turkey"),
    time="12:00:00Z",
    Results=[
        row("2", "1", HAMILTON, MCLAREN, **finish("1", "25", "2", "58", "Finished", ("5327620", "1:28:47.620"))),
        row("1", "2", BUTTON, MCLAREN, **finish("2", "18", "4", "58", "Finished", ("5330265", "+2.645"))),
        row("6", "3", WEBBER, RED_BULL, **finish("3", "15", "1", "58", "Finished", ("5351905", "+24.285"))),
    ],
)

BROOKS, MOSS = ("brooks", "Tony", "Brooks"), ("moss", "Stirling", "Moss")
VANWALL, FERRARI = ("vanwall", "Vanwall"), ("ferrari", "Ferrari")
WINNING_TIME = ("11197800", "3:06:37.800")

BRITAIN_1957 = race(
    "1957",
    "5",
    "British Grand Prix",
    "1957-07-20",
    ("aintree", "Aintree", "Liverpool", "UK"),
    Results=[
        row("20", "1", BROOKS, VANWALL, **finish("1", "4", "3", "90", "Finished", WINNING_TIME)),
        row("20", "1", MOSS, VANWALL, **finish("1", "5", "3", "90", "Finished", WINNING_TIME)),
        row(
            "14",
            "2",
            ("musso", "Luigi", "Musso"),
            FERRARI,
            **finish("2", "6", "10", "90", "Finished", ("11223400", "+25.600")),
        ),
        row("18", "12", MOSS, VANWALL, **finish("R", "0", "1", "51", "Engine")),
        row("18", "12", BROOKS, VANWALL, **finish("R", "0", "1", "51", "Engine")),
    ],
)
"""Moss gave up car 18 to Brooks, took over Brooks' car 20 and won with it; both have the win, and each drove both."""
