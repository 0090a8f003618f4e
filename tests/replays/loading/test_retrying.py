from datetime import UTC, datetime

import pytest

from replays.loading.errors import RateLimited, SourceUnavailable
from replays.loading.retrying import Busy, patiently, retry_after_s

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def paused(monkeypatch) -> list[float]:
    """The pauses that were made, none of which took time."""
    made: list[float] = []
    monkeypatch.setattr("replays.loading.retrying.sleep", made.append)
    return made


def scripted(*answers: Busy | str):
    left = list(answers)

    def ask() -> str:
        answer = left.pop(0)
        if isinstance(answer, Busy):
            raise answer
        return answer

    return ask


def test_an_answer_is_not_asked_for_twice(paused):
    assert patiently(scripted("here")) == "here"
    assert paused == []


def test_the_service_says_how_long_to_wait_or_the_pauses_grow(paused):
    assert patiently(scripted(Busy("", 503, 30.0), Busy("", 503), Busy("", 429, 0.0), "here")) == "here"
    assert paused == [30, 5, 0]


def test_after_four_tries_it_is_enough(paused):
    with pytest.raises(SourceUnavailable, match=r"^it answers 500: try again later$"):
        patiently(scripted(*[Busy("it answers 500", 500)] * 4, "never asked"))
    assert len(paused) == 3


def test_a_wait_that_is_long_is_left_to_who_asked(paused):
    with pytest.raises(RateLimited, match=r"reached \(it answers 429\): wait 15 minutes and run") as caught:
        patiently(scripted(Busy("it answers 429", 429, 900.0), "never asked"))
    assert caught.value.retry_after_s == 900
    assert paused == []


def test_what_is_not_busy_is_not_asked_again(paused):
    def broken() -> None:
        raise SourceUnavailable("no network")

    with pytest.raises(SourceUnavailable, match="no network"):
        patiently(broken)
    assert paused == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Tue, 24 Nov 2026 12:01:30 GMT", 90),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header, seconds):
    assert retry_after_s(header, NOW) == seconds
