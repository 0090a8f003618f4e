"""What is asked for and makes no sense: 400, with all of it named."""

import pytest

from seasons.api.views import RESOURCES
from tests.seasons.api.generated_catalogue import HIDDEN, RACE


@pytest.mark.parametrize("resource", RESOURCES)
def test_an_unknown_parameter_is_named_with_the_allowed_ones(refusals, resource):
    told = refusals(resource, colour_of_sky="blue")

    assert list(told) == (["colour_of_sky"])
    assert told["colour_of_sky"].startswith("unknown; allowed are page, page_size, format, fields, ordering")


def test_comparisons_that_make_no_sense_for_a_column_are_unknown(refusals):
    told = refusals("laps", compound__lt="SOFT", lap_number__isnull="true", deleted__in="true", session__gt=RACE)

    assert sorted(told) == ["compound__lt", "deleted__in", "lap_number__isnull", "session__gt"]


def test_everything_that_is_wrong_is_named_at_once(refusals):
    told = refusals(
        "laps",
        nonsense="1",
        page="0",
        page_size="1001",
        format="xml",
        fields="id,speed",
        ordering="speed",
        search=" ".join("abcdefghijk"),
        session="no-such-session",
        lap_time__lt="fast",
        deleted="yes",
        kind="warm-up",
        compound="a\0b",
        code="x" * 5000,
    )

    assert told.pop("nonsense").startswith("unknown; allowed are")
    assert told.pop("fields").startswith("there is no field speed; allowed are id, session")
    assert told.pop("ordering").startswith("cannot order by speed; allowed are id, session")
    assert told == {
        "page": "must be a whole number from 1",
        "page_size": "must be a whole number from 1 to 1000",
        "format": "must be json or csv",
        "search": "more than 10 words",
        "session": "there is no session no-such-session; give a key or an id, or latest",
        "lap_time__lt": "must be a number",
        "deleted": "must be true or false",
        "kind": "must be one of practice-1, practice-2, practice-3, qualifying, sprint-qualifying, sprint, race",
        "compound": "must not contain a null character",
        "code": "longer than 4000 characters",
    }


def test_a_parameter_that_is_given_twice_is_refused(generated_catalogue, client):
    response = client.get(f"/api/v1/laps/?session={RACE}&session={RACE}")

    assert response.status_code == 400
    assert response.json()["errors"] == [{"parameter": "session", "detail": "given more than once"}]


def test_a_row_by_itself_takes_fields_and_nothing_else(refusals, ask):
    assert list(refusals(f"sessions/{RACE}", page="1", fields="winner")) == ["page", "fields"]
    assert ask(f"sessions/{RACE}", fields="key,kind").json() == {"key": RACE, "kind": "race"}


@pytest.mark.parametrize("address", ["laps", "drivers", f"sessions/{RACE}"])
@pytest.mark.parametrize("query", ["session=%00", "%00=1", "session=a%00b&session=c", "fields=%00", "search=%00"])
def test_null_characters_are_refused_wherever_they_stand(generated_catalogue, client, address, query):
    assert client.get(f"/api/v1/{address}/?{query}").status_code == 400


@pytest.mark.parametrize("text", ["", "no-such", "Latest", "x" * 300, HIDDEN, "2025", "a,b", "🏎"])
def test_a_session_that_does_not_exist_is_told_of(refusals, text):
    told = refusals("laps", session=text)["session"]

    assert told == f"there is no session {text[:100]}; give a key or an id, or latest"


def test_where_there_is_no_latest_none_is_offered(refusals):
    assert refusals("laps", driver="latest")["driver"] == "there is no driver latest; give a key or an id"


@pytest.mark.parametrize("text", ["nan", "-inf", "Infinity", "1e400", "-1e999", "٣", "1_0", "", " ", "1 2", "0x1"])
def test_numbers_are_plain_and_finite(refusals, text):
    assert refusals("laps", speed_st__gt=text, lap_time__gt=text) == {
        "speed_st__gt": "must be a number",
        "lap_time__gt": "must be a number",
    }


@pytest.mark.parametrize("text", ["2147483648", "-99999999999", "9" * 3000, "٣", "1.5", "1e2", "", "+1", "0x1"])
def test_whole_numbers_are_plain_and_of_a_size(refusals, text):
    wanted = "must be a whole number from -2147483647 to 2147483647"
    assert refusals("laps", lap_number=text) == {"lap_number": wanted}


@pytest.mark.parametrize("text", ["1e300", "3000000", "-2147484"])
def test_seconds_are_of_a_size(refusals, text):
    assert refusals("laps", time__lt=text) == {"time__lt": "must be from -2147484 to 2147484 seconds"}


@pytest.mark.parametrize(
    "text",
    [
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2025-13-01T00:00:00Z",
        "2025-02-30T00:00:00Z",
        "2025-03-16T25:00:00Z",
        "٢٠٢٥-03-16T04:00:00Z",
        "yesterday",
        "1742097600",
        "",
    ],
)
def test_instants_are_in_iso_8601(refusals, text):
    assert refusals("sessions", start__gt=text) == {
        "start__gt": "must be a moment in ISO 8601, e.g. 2025-03-16T04:00:00Z"
    }


@pytest.mark.parametrize("text", ["0000-01-01", "10000-01-01", "2025-02-30", "٢٠٢٥-03-16", "16.03.2025", ""])
def test_days_are_in_iso_8601(refusals, text):
    assert refusals("events", date__gt=text) == {"date__gt": "must be a day, e.g. 2025-03-16"}


@pytest.mark.parametrize("text", ["-1", "1.0", "abc", "", "٣", "9" * 19])
def test_ids_of_rows_are_digits(refusals, text):
    assert refusals("laps", id=text) == {"id": "must be an id, as lists have them"}


@pytest.mark.parametrize(
    ("name", "text", "detail"),
    [
        ("lap_number__in", ",".join(["1"] * 201), "must be 1 to 200 values, separated by commas"),
        ("lap_number__in", " , ", "must be 1 to 200 values, separated by commas"),
        ("lap_number__in", "1,two", "must be a whole number from -2147483647 to 2147483647"),
        ("session__in", f"{RACE},no-such", "there is no session no-such; give a key or an id, or latest"),
        ("compound", "", "must not be empty"),
        ("lap_time__isnull", "1", "must be true or false"),
        ("deleted", "True", "must be true or false"),
        ("fields", ",", "names nothing; allowed are"),
        ("ordering", "", "names nothing; allowed are"),
        ("ordering", "--lap_time", "cannot order by --lap_time; allowed are"),
        ("page_size", "0", "must be a whole number from 1 to 1000"),
        ("page_size", "1e2", "must be a whole number from 1 to 1000"),
        ("page", "1234567890", "must be a whole number from 1"),
    ],
)
def test_other_values_that_make_no_sense_are_told_of(refusals, name, text, detail):
    told = refusals("laps", **{name: text})

    assert list(told) == [name]
    assert told[name].startswith(detail)


@pytest.mark.parametrize("query", ["%FF=%FE", "session=%ED%A0%80", "a" * 3000 + "=1", "&&&=&", "a;b", "=5"])
def test_queries_that_are_no_text_are_refused_cleanly(generated_catalogue, client, query):
    response = client.get(f"/api/v1/laps/?{query}")

    assert response.status_code == 400
    assert all(error["parameter"].isprintable() for error in response.json()["errors"])
