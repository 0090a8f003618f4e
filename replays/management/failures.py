"""How a command that loads or builds ends when it cannot: one line on stderr and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError
from django.db import DatabaseError, IntegrityError

from replays.build_errors import BuildCancelled, BuildFailed, BuildRunning
from replays.loading.errors import LoadingError
from replays.storage import StorageUnavailable

FAILURES = (LoadingError, BuildRunning, BuildFailed, BuildCancelled, StorageUnavailable)
"""What keeps one session from being loaded or built; the message of each is one line."""

EXIT_INTERRUPTED = 130
"""What a shell says of a command that Ctrl-C ended: 128 + SIGINT."""


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Turns what can go wrong into CommandError; Ctrl-C too, whose traceback tells nobody anything."""
    try:
        yield
    except FAILURES as error:
        raise CommandError(str(error), returncode=exit_code(error)) from error
    except IntegrityError as error:
        raise CommandError(f"the catalogue has a row that contradicts it: {first_line(error)}") from error
    except DatabaseError as error:
        raise CommandError(f"the database does not work: {first_line(error)} (is it migrated?)") from error
    except KeyboardInterrupt:
        raise CommandError("interrupted; run the same command again to resume", returncode=EXIT_INTERRUPTED) from None


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def exit_code(error: Exception) -> int:
    return error.exit_code if isinstance(error, LoadingError) else 1
