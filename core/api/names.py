"""Rows by their public names: an `id`, a `key`, or `latest` where there is such a thing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers

from core.api.fields import EQUAL, Represent

LATEST = "latest"
KEY, PUBLIC_ID = "key", "public_id"
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Names:
    """How rows of one kind are called. `rows` are those that exist for the outside; `latest` gives the pk of one.

    `columns`: where the names stand; rows that machines make have no key.
    """

    what: str
    rows: Callable[[], QuerySet[Any]]
    latest: Callable[[], int | None] | None = None
    columns: tuple[str, ...] = (KEY, PUBLIC_ID)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Names":
        return self

    @property
    def in_words(self) -> str:
        """What to give, for people."""
        kinds = ["a key or an id" if KEY in self.columns else "an id", *([LATEST] if self.latest else [])]
        return ", or ".join(kinds)

    def find(self, names: Iterable[str]) -> dict[str, int]:
        """The primary key of each name that exists."""
        wanted = {name for name in names if 0 < len(name) <= MAX_NAME}
        found: dict[str, int] = {}
        if self.latest is not None and LATEST in wanted:
            latest = self.latest()
            found |= {} if latest is None else {LATEST: latest}
            wanted.discard(LATEST)
        if wanted:
            called = Q(*((f"{column}__in", wanted) for column in self.columns), _connector=Q.OR)
            for pk, *given in self.rows().filter(called).order_by().values_list("pk", *self.columns):
                found |= {name: pk for name in given if name in wanted}
        return found


class RelationKey(serializers.CharField):
    """A relation by the name of its row; a filter takes any of its names. `source` ends in the column of the name."""

    lookups: ClassVar = EQUAL
    represent: ClassVar[Represent] = None

    def __init__(self, names: Names, **kwargs: Any) -> None:
        self.names = names
        super().__init__(**kwargs)


class ManyKeys(RelationKey):
    """A relation to many rows: those with one of them that fits are meant. For filters only.

    `among`: which of the related rows count, for the ORM, by the way that `source` goes.
    """

    def __init__(self, names: Names, *, among: Q | None = None, **kwargs: Any) -> None:
        self.among = among or Q()
        super().__init__(names, **kwargs)
