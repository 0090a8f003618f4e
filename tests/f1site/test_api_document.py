"""`docs/api.md` names all there is, and nothing else."""

import re
from pathlib import Path

import pytest

from f1site.api_v1 import RESOURCES
from f1site.api_versions import V1
from replays.api.frames_query import MAX_FPS, MAX_FRAMES
from replays.api.order import NAMED

DOCUMENT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
SECTIONS = dict(re.findall(r"^#{2,3} (.+?)\n(.*?)(?=^#{2,3} |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))


def section_of(resource: str) -> str:
    """The part with its properties."""
    heading = next(heading for heading in SECTIONS if resource in heading.lower().split(", "))
    return SECTIONS[heading]


@pytest.mark.parametrize("resource", RESOURCES)
def test_it_has_every_resource_with_every_property(resource):
    assert f"`/api/v1/{resource}/`" in DOCUMENT or f"`GET /api/v1/{resource}/`" in DOCUMENT
    named = set(re.findall(r"[a-z][a-z0-9_]*", section_of(resource)))
    assert set(RESOURCES[resource].columns()) - named == set()


@pytest.mark.parametrize("resource", [name for name, viewset in RESOURCES.items() if viewset.filter_fields])
def test_it_has_the_filters_that_are_no_properties(resource):
    (row,) = re.findall(rf"^\| `/api/v1/{resource}/` \|.*?\| ([^|]*)\|$", SECTIONS["The catalogue"], re.MULTILINE)
    assert set(re.findall(r"`([a-z]+)`", row)) == set(RESOURCES[resource].filter_fields)


def test_it_has_no_resource_that_is_not_there():
    assert set(re.findall(r"/api/v1/([a-z-]+)/", DOCUMENT)) == set(V1.resources)


def test_it_says_what_a_car_in_the_order_has():
    assert set(NAMED) <= set(re.findall(r"`(\w+)`", SECTIONS["The order at a moment"]))


def test_it_says_how_many_frames_there_may_be():
    assert f"at most {MAX_FRAMES:,} frames" in SECTIONS["Frames"]
    assert f"1 to {MAX_FPS}" in SECTIONS["Frames"]
