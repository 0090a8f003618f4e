"""Caches are told each header once, in the words and the order in which they were first told."""

import pytest
from django.http import HttpResponse

from core.vary import vary_on


@pytest.mark.parametrize(
    ("said", "name", "then"),
    [
        (None, "origin", "origin"),
        ("Cookie", "Accept-Encoding", "Cookie, Accept-Encoding"),
        ("accept-encoding", "Accept-Encoding", "accept-encoding"),
        ("Cookie,Accept-Encoding", "cookie", "Cookie,Accept-Encoding"),
        ("X-Origin", "origin", "X-Origin, origin"),
        ("*", "origin", "*"),
        ("Cookie, *", "origin", "Cookie, *"),
    ],
)
def test_a_name_is_added_unless_it_is_said(said, name, then):
    response = HttpResponse() if said is None else HttpResponse(headers={"Vary": said})

    vary_on(response, name)

    assert response["vary"] == then
    assert [header for header, _ in response.items()].count("Vary") == 1
