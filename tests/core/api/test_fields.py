import pytest
from rest_framework.exceptions import ValidationError

from core.api.fields import MAX_INTEGER, Integer, Seconds


def test_seconds_written_to_the_millisecond_are_whole_milliseconds():
    field = Seconds()
    assert all(field.to_internal_value(f"{ms / 1000:.3f}") == ms for ms in range(-1_000, 200_000))
    assert any(ms / 1000 * 1000 != ms for ms in range(200_000))  # so plain arithmetic would not do


def test_seconds_that_were_shown_are_found_again():
    field = Seconds()
    assert field.represent is not None
    assert all(field.to_internal_value(repr(field.represent(ms))) == ms for ms in range(3_600_000, 3_700_000))


@pytest.mark.parametrize("value", [MAX_INTEGER, -MAX_INTEGER])
def test_whole_numbers_reach_as_far_as_columns_do(value):
    assert Integer().to_internal_value(str(value)) == value
    with pytest.raises(ValidationError):
        Integer().to_internal_value(str(value + (1 if value > 0 else -1)))
