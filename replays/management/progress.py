"""What a long command is doing: a bar that moves on a terminal, plain lines elsewhere."""

from types import TracebackType
from typing import TYPE_CHECKING

from django.core.management.base import OutputWrapper

from replays.stages import SHARE_BEFORE

if TYPE_CHECKING:
    from rich.progress import Progress


class ProgressReport:
    """`total` pieces of work, each of which goes through stages. A context manager."""

    def __init__(self, out: OutputWrapper, err: OutputWrapper, *, total: int = 1) -> None:
        self._out = out
        self._err = err
        self._total = total
        self._name = ""
        self._done = 0
        self._bar: Progress | None = None

    def __enter__(self) -> "ProgressReport":
        if self._out.isatty():
            self._bar = _bar()
            self._bar.start()
            self._bar.add_task("", total=self._total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, name: str, *, done: int = 0) -> None:
        """What is told from here on is about `name`; `done` of `total` were finished before."""
        self._name = name
        self._done = done

    def session_stage(self, text: str) -> None:
        """A stage of a session's loading and building, which moves the bar by its share."""
        self.advance_to(self._done + SHARE_BEFORE.get(text, 0.0))
        self.stage(text)

    def stage(self, text: str) -> None:
        if self._bar is None:
            self._write(self._out, text)
        else:
            self._bar.update(self._bar.task_ids[0], description=self._named(text))

    def advance_to(self, done: float) -> None:
        """`done` of `total` is finished."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)

    def line(self, text: str, *, failed: bool = False) -> None:
        """A line that stays; of a failure on stderr."""
        if self._bar is not None:
            self._bar.stop()  # it would be drawn over the line
        self._write(self._err if failed else self._out, text)
        if self._bar is not None:
            self._bar.start()

    def _named(self, text: str) -> str:
        return text if not self._name or self._name in text else f"{self._name}: {text}"

    def _write(self, to: OutputWrapper, text: str) -> None:
        to.write(self._named(text))
        to.flush()


def _bar() -> "Progress":
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

    columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn()]
    return Progress(*columns, transient=True)
