"""The API over a generated catalogue, asked as clients ask it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.seasons.api.generated_catalogue import generate_catalogue

Ask = Callable[..., Any]


@pytest.fixture
def generated_catalogue(db) -> None:
    generate_catalogue()


@pytest.fixture
def ask(generated_catalogue, client: Client) -> Ask:
    """`ask("laps", session="latest")`: the response of that address below `/api/v1/`, with its slash."""

    def ask(address: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        return client.get(f"/api/v1/{address}/", query, headers=headers or {})

    return ask


@pytest.fixture
def rows(ask: Ask) -> Callable[..., list[dict[str, Any]]]:
    """The rows of a list, all on one page."""

    def rows(address: str, **query: Any) -> list[dict[str, Any]]:
        response = ask(address, page_size=1000, **query)
        assert response.status_code == 200, response.content.decode()
        found: list[dict[str, Any]] = response.json()["results"]
        return found

    return rows


@pytest.fixture
def refusals(ask: Ask) -> Callable[..., dict[str, str]]:
    """What a list says is wrong with its parameters: detail by parameter."""

    def refusals(address: str, **query: Any) -> dict[str, str]:
        response = ask(address, **query)
        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
        return {error["parameter"]: error["detail"] for error in response.json()["errors"]}

    return refusals
