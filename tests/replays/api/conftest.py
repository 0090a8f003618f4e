"""The API over small stored replays, asked as clients ask it."""

import csv

import pytest

from tests.replays.synthetic import stored_replay


@pytest.fixture
def replay(db, replay_storage):
    """A race of three cars on a circle, from 90 s to 150 s of session time."""
    return stored_replay()


@pytest.fixture
def refusals(client):
    """What an address says is wrong with its parameters: detail by parameter."""

    def refusals(address, **query):
        response = client.get(address, query)
        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
        return {error["parameter"]: error["detail"] for error in response.json()["errors"]}

    return refusals


@pytest.fixture
def lines():
    """The rows of a CSV answer, as dictionaries."""

    def lines(response):
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        return list(csv.DictReader(b"".join(response).decode().splitlines()))

    return lines
