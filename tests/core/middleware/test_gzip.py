import gzip
import secrets

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

LONG = b"lap after lap, " * 100
NOISE = secrets.token_bytes(1500)


def answer(content, content_type="text/plain", **headers):
    return lambda request: HttpResponse(content, content_type=content_type, headers=headers)


urlpatterns = [
    path("long", answer(LONG, ETag='"strong"')),
    path("weak", answer(LONG, "application/problem+json; charset=utf-8", ETag='W/"weak"', Vary="Cookie")),
    path("999", answer(b"x" * 999)),
    path("1000", answer(b"x" * 1000)),
    path("image", answer(LONG, "image/png")),
    path("encoded", answer(gzip.compress(LONG), **{"Content-Encoding": "gzip"})),
    path("noise", answer(NOISE)),
    path("stream", lambda request: StreamingHttpResponse([LONG, LONG], content_type="text/plain")),
]


@pytest.fixture(autouse=True)
def _site():
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=["core.middleware.gzip.GzipMiddleware"]):
        yield


def accepting(encodings):
    return {"headers": {"accept-encoding": encodings}}


@pytest.mark.parametrize("encodings", ["gzip", "br, gzip;q=0.8", "gzip;q=0.01"])
def test_long_text_comes_as_gzip_to_who_takes_it(ask, encodings):
    response = ask("/long", **accepting(encodings))

    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == LONG
    assert response["Content-Length"] == str(len(response.content))
    assert response["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("encodings", ["", "br", "gzip;q=0", "gzip; q=0.0, br", "identity"])
def test_and_as_it_is_to_others_whose_caches_know(ask, encodings):
    response = ask("/long", **accepting(encodings))

    assert response.content == LONG
    assert "Content-Encoding" not in response
    assert response["Vary"] == "Accept-Encoding"


def test_an_etag_of_bytes_becomes_one_of_content(ask):
    assert ask("/long", **accepting("gzip"))["ETag"] == 'W/"strong"'
    assert ask("/long")["ETag"] == '"strong"'
    response = ask("/weak", **accepting("gzip"))
    assert response["ETag"] == 'W/"weak"'
    assert response["Vary"] == "Cookie, Accept-Encoding"


@pytest.mark.parametrize(("address", "encoded"), [("/999", False), ("/1000", True)])
def test_less_than_a_thousand_bytes_stay_as_they_are(ask, address, encoded):
    assert ("Content-Encoding" in ask(address, **accepting("gzip"))) is encoded


@pytest.mark.parametrize(("address", "content"), [("/image", LONG), ("/noise", NOISE)])
def test_what_gains_nothing_stays_as_it_is(ask, address, content):
    response = ask(address, **accepting("gzip"))

    assert "Content-Encoding" not in response
    assert response.content == content


def test_what_is_encoded_already_is_not_encoded_again(ask):
    assert gzip.decompress(ask("/encoded", **accepting("gzip")).content) == LONG


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_a_stream_is_left_alone(ask):
    response = ask("/stream", **accepting("gzip"))

    assert response.streaming
    assert "Content-Encoding" not in response


def test_the_same_text_has_many_lengths_so_that_no_length_tells_a_secret(ask):
    assert len({len(ask("/long", **accepting("gzip")).content) for _ in range(20)}) > 1
