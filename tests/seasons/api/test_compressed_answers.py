"""Answers as gzip: made once, kept as they were sent."""

import gzip

import pytest

from core.api.answer_cache import LocalAnswers
from tests.seasons.api.asking import whole
from tests.seasons.api.generated_catalogue import RACE

LAPS = f"laps/?session={RACE}"


@pytest.fixture
def get(generated_catalogue, client):
    def get(address: str, encodings: str = "", etag: str = ""):
        return client.get(f"/api/v1/{address}", headers={"accept-encoding": encodings, "if-none-match": etag})

    return get


def test_a_kept_answer_is_not_compressed_anew(get):
    made, kept = get(LAPS, "gzip"), get(LAPS, "gzip")

    assert made["Content-Encoding"] == kept["Content-Encoding"] == "gzip"
    assert kept.content == made.content, "padded at random, so that the same bytes are those of the first time"
    assert kept["Content-Length"] == str(len(kept.content))
    assert kept["Vary"].lower() == made["Vary"].lower()


@pytest.mark.parametrize("order", [("gzip", ""), ("", "gzip")])
def test_both_kinds_of_clients_get_the_same_content_by_the_same_etag(get, order):
    for _ in range(2):
        answers = {encodings: get(LAPS, encodings) for encodings in order}

        assert "Content-Encoding" not in answers[""]
        assert gzip.decompress(answers["gzip"].content) == answers[""].content
        assert answers["gzip"]["ETag"] == answers[""]["ETag"]
        for response in answers.values():
            assert "Accept-Encoding" in response["Vary"]


@pytest.mark.parametrize("encodings", ["", "gzip"])
def test_who_has_the_answer_in_either_form_gets_304(get, encodings):
    etag = get(LAPS, "gzip")["ETag"]
    response = get(LAPS, encodings, etag)

    assert response.status_code == 304
    assert "Accept-Encoding" in response["Vary"]
    assert "Content-Encoding" not in response


def test_short_answers_are_kept_as_they_are(get):
    for _ in range(2):
        response = get("seasons/?fields=key&page_size=1", "gzip")
        assert "Content-Encoding" not in response
        assert response.json()["results"]


def test_compressed_answers_take_less_of_the_room_for_kept_ones(get, monkeypatch):
    kept: list[int] = []
    monkeypatch.setattr(LocalAnswers, "put", lambda self, key, body: kept.append(len(body)))

    for encodings in ("", "gzip"):
        get(LAPS, encodings)
    plain, encoded = kept
    assert encoded < plain / 2


def test_csv_is_streamed_and_left_alone(get):
    response = get(f"{LAPS}&format=csv", "gzip")

    assert "Content-Encoding" not in response
    assert len(whole(response)) > 1000
