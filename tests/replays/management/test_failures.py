"""What goes wrong is one line that says what."""

import pytest
from django.core.management import CommandError
from django.db import IntegrityError, OperationalError

from replays.loading.errors import LoadingError
from replays.management.failures import EXIT_INTERRUPTED, told_in_one_line


@pytest.mark.parametrize(
    ("error", "line", "code"),
    [
        (LoadingError("no event 'Monza 2'"), "no event 'Monza 2'", LoadingError.exit_code),
        (
            OperationalError("no such table: seasons_session\nLINE 1"),
            "the database does not work: no such table: seasons_session (is it migrated?)",
            1,
        ),
        (
            IntegrityError("UNIQUE constraint failed: seasons_entry.number"),
            "the catalogue has a row that contradicts it: UNIQUE constraint failed: seasons_entry.number",
            1,
        ),
        (KeyboardInterrupt(), "interrupted; run the same command again to resume", EXIT_INTERRUPTED),
    ],
)
def test_one_line_and_a_code(error, line, code):
    with pytest.raises(CommandError) as told, told_in_one_line():
        raise error
    assert (str(told.value), told.value.returncode) == (line, code)
