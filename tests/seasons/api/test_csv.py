"""Lists as CSV: all rows, in parts."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.api.columns import rows_of
from core.api.csv import ROWS_A_PART
from seasons.api.views import RESOURCES
from seasons.models import Lap, RaceControl, Session
from seasons.stamps import touch_shared
from tests.seasons.api.asking import csv_rows, whole
from tests.seasons.api.generated_catalogue import LAPS, RACE, more_laps


def as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_list_comes_as_csv_with_the_values_of_its_json(ask, rows, resource):
    response = ask(resource, format="csv")

    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{resource}.csv"'
    table, expected = csv_rows(response), rows(resource)
    assert len(table) == len(expected)
    for line, row in zip(table, expected, strict=True):
        assert list(line) == list(row)
        for name, value in row.items():
            assert line[name].removeprefix("'") == as_text(value), name


def test_what_json_has_as_null_and_truth_is_plain_text(ask):
    lap = csv_rows(ask("laps", format="csv", session=RACE, driver="nico-hulkenberg"))[0]

    assert (lap["lap_time"], lap["code"], lap["fresh_tyre"], lap["accurate"]) == ("", "", "", "false")
    session = csv_rows(ask("sessions", format="csv", key=RACE))[0]
    assert (session["start"], session["utc_offset"]) == ("2025-03-16T04:00:00Z", "3600")


def test_all_rows_come_whatever_the_size_of_a_page_and_one_page_where_one_is_asked_for(ask):
    assert len(csv_rows(ask("laps", format="csv", session=RACE, page_size="2"))) == 3 * LAPS

    second = csv_rows(ask("laps", format="csv", session=RACE, ordering="lap_number", page="2", page_size="3"))
    assert [line["lap_number"] for line in second] == ["2", "2", "2"]
    assert ask("laps", format="csv", session=RACE, page="9").status_code == 404


def test_filters_order_and_fields_hold_as_in_json(ask):
    query = {"session": RACE, "driver": "lando-norris", "ordering": "-lap_number", "fields": "lap_number,lap_time"}

    assert whole(ask("laps", format="csv", **query)) == (
        b"lap_number,lap_time\n4,80.104\n3,80.103\n2,80.102\n1,80.101\n"
    )


def test_a_list_of_nothing_is_a_header(ask):
    assert whole(ask("laps", format="csv", search="nobody", fields="id,code")) == b"id,code\n"


def test_a_wrong_question_is_a_problem_and_no_csv(ask):
    response = ask("laps", format="csv", lap_time__lt="fast")

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ('CAR 4 (NOR), "NO" INVESTIGATION', 'CAR 4 (NOR), "NO" INVESTIGATION'),
        ("TWO\nLINES", "TWO\nLINES"),
        ("OLD\rMAC AND\r\nWINDOWS", "OLD\nMAC AND\nWINDOWS"),
        ("=1+1", "'=1+1"),
        ("+1 LAP", "'+1 LAP"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "\n=1"),
        ("NÜRBURGRING 🏁", "NÜRBURGRING 🏁"),
    ],
)
def test_text_survives_quoting_and_runs_in_no_spreadsheet(ask, message, shown):
    RaceControl.objects.update(message=message)
    touch_shared()

    assert {line["message"] for line in csv_rows(ask("race-control", format="csv"))} == {shown}


def test_negative_numbers_are_numbers(ask):
    assert {line["time"] for line in csv_rows(ask("track-status", format="csv"))} == {"-0.5"}


def test_head_tells_of_the_download_and_reads_no_rows(generated_catalogue, client):
    more_laps(RACE, 2500)

    with CaptureQueriesContext(connection) as captured:
        response = client.head("/api/v1/laps/?format=csv")
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert len(captured) <= 2


@pytest.fixture
def small_parts(monkeypatch) -> int:
    """Parts of five rows, so that small catalogues have many."""
    monkeypatch.setattr("core.api.views.ROWS_A_PART", 5)
    return 5


def test_a_download_comes_in_parts_each_read_when_it_is_wanted(ask, small_parts):
    with CaptureQueriesContext(connection) as captured:
        response = ask("laps", format="csv", session=RACE, fields="id")
        before = len(captured)
        parts = async_to_sync(_collected)(response)
    assert [part.count(b"\n") for part in parts] == [1 + 5, 5, 2]
    assert len(captured) - before == len(parts) - 1


def test_rows_that_go_in_between_are_left_out_and_shift_no_others(ask, small_parts):
    response = ask("laps", format="csv", session=RACE, fields="id,lap_number", ordering="lap_number")
    expected = list(Lap.objects.filter(session__key=RACE).order_by("lap_number", "pk").values_list("pk", flat=True))
    gone = {expected[0], expected[7], expected[-1]}  # the first was read before

    Lap.objects.filter(pk__in=gone).delete()

    ids = [int(line["id"]) for line in csv_rows(response)]
    assert ids == [pk for pk in expected if pk == expected[0] or pk not in gone]


def test_a_session_that_is_hidden_in_between_ends_the_download(ask, small_parts):
    response = ask("laps", format="csv", session=RACE)
    Session.objects.filter(key=RACE).update(published=False)

    assert len(csv_rows(response)) == 5


def test_memory_holds_no_more_than_a_part(generated_catalogue, client, monkeypatch):
    more_laps(RACE, 3 * ROWS_A_PART)
    read = []

    def counted(queryset: Any, columns: Any) -> list[Any]:
        rows = list(rows_of(queryset, columns))
        read.append(len(rows))
        return rows

    monkeypatch.setattr("core.api.views.rows_of", counted)
    table = whole(client.get("/api/v1/laps/?format=csv&fields=id"))

    assert table.count(b"\n") == 1 + sum(read)
    assert sum(read) > 3 * ROWS_A_PART
    assert max(read) == ROWS_A_PART


async def _collected(response) -> list[bytes]:
    return [part async for part in response]
