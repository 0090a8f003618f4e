"""Whether a value's schema still fits clients that were made for an older one.

What clients send may be described more widely than before, what they read more narrowly, and not the other way round.

One exception: a value added to an enumeration that clients read breaks nothing. The sport gives itself new statuses,
tyres and kinds of session, and clients are told to expect that. Limits of what is read (`maximum`, `pattern` and so
on) are not compared, nor are `not`, `if` and `prefixItems`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.schema_shapes import LOWER_LIMITS, UPPER_LIMITS, Document, Json, Shape, Side, as_json

Schema = Json | bool
Pairs = frozenset[tuple[int, int]]

MAY_REFUSE = ("format", "pattern", "multipleOf", "uniqueItems")
"""Rules of which no two compare: one that is new or another may refuse what was taken before."""


@dataclass(frozen=True)
class Narrowing:
    """Compares what clients send, or what they read, in two documents."""

    side: Side
    old: Document
    new: Document

    def changes(self, old: Schema, new: Schema, where: str = "", within: Pairs = frozenset()) -> Iterator[str]:
        """What breaks a client, each as `where: what`; `where` is a path into the value, like `results[].driver`.

        `within` are the pairs of schemas around this one: a pair inside itself has nothing that is not found there.
        """
        pair = (self.old.identity(old), self.new.identity(new))
        if pair in within:
            return
        within |= {pair}
        before, after = self.old.shape(old), self.new.shape(new)
        if before.alternatives or after.alternatives:
            yield from self._alternatives(before.alternatives or [old], after.alternatives or [new], where, within)
            return
        if change := self._type_change(before, after):
            yield _told(where, change)
            return
        for change in self._sent_changes(before, after) if self.side is Side.SENT else _read_changes(before, after):
            yield _told(where, change)
        if after.types is None:
            return
        yield from self._properties(before, after, where, within)
        yield from self._other_properties(before, after, where, within)
        if before.items is not None or after.items is not None:
            yield from self.changes(_or_anything(before.items), _or_anything(after.items), f"{where}[]", within)

    def _type_change(self, before: Shape, after: Shape) -> str | None:
        taken, given = (after, before) if self.side is Side.SENT else (before, after)
        if _holds(taken.types, given.types):
            return None
        return f"type changed from {_type_name(before)} to {_type_name(after)}"

    def _sent_changes(self, before: Shape, after: Shape) -> Iterator[str]:
        if before.takes_null and not after.takes_null:
            yield "no longer takes null"
        if after.values is not None and before.values is None:
            yield f"takes only {_listed(after.values)} now"
        if after.values is not None and before.values is not None and (gone := before.values - after.values):
            yield f"no longer takes {_listed(gone)}"
        yield from _narrower_rules(before.rules, after.rules)

    def _properties(self, before: Shape, after: Shape, where: str, within: Pairs) -> Iterator[str]:
        olds, news = self._visible(self.old, before), self._visible(self.new, after)
        for name, schema in olds.items():
            place = _inside(where, name)
            if name not in news:
                yield _told(place, "removed")
                continue
            if self.side is Side.READ and name in before.required - after.required:
                yield _told(place, "may be missing now")
            if self.side is Side.SENT and name in after.required - before.required:
                yield _told(place, "required now")
            yield from self.changes(schema, news[name], place, within)
        if self.side is Side.SENT:
            for name in sorted((news.keys() - olds.keys()) & after.required):
                yield _told(_inside(where, name), "new and required")

    def _visible(self, document: Document, shape: Shape) -> dict[str, Schema]:
        schemas = shape.properties.items()
        return {name: schema for name, schema in schemas if document.shape(schema).hidden_from is not self.side}

    def _other_properties(self, before: Shape, after: Shape, where: str, within: Pairs) -> Iterator[str]:
        """Those that have no schema of their own: `additionalProperties`."""
        place = _inside(where, "*")
        if self.side is Side.SENT and before.extra is not False:
            if after.extra is False:
                yield _told(place, "no longer taken")
            elif after.extra is not None:
                yield from self.changes(_or_anything(before.extra), after.extra, place, within)
        if self.side is Side.READ and before.extra not in (None, False):
            if after.extra is False:
                yield _told(place, "removed")
            else:
                yield from self.changes(_or_anything(before.extra), _or_anything(after.extra), place, within)

    def _alternatives(self, olds: Sequence[Schema], news: Sequence[Schema], where: str, within: Pairs) -> Iterator[str]:
        """Each alternative that clients send must still fit one; each that they read must have fitted one."""
        is_sent = self.side is Side.SENT
        for schema in olds if is_sent else news:
            pairs = [(schema, new) for new in news] if is_sent else [(old, schema) for old in olds]
            if any(self._fits(old, new, where, within) for old, new in pairs):
                continue
            namesakes = [(old, new) for old, new in pairs if _schema_name(old) == _schema_name(new)]
            if namesakes:
                yield from self.changes(*namesakes[0], where, within)
            else:
                yield _told(where, f"{'no longer takes' if is_sent else 'may now be'} {_schema_name(schema)}")

    def _fits(self, old: Schema, new: Schema, where: str, within: Pairs) -> bool:
        return next(self.changes(old, new, where, within), None) is None


def _read_changes(before: Shape, after: Shape) -> Iterator[str]:
    if after.takes_null and not before.takes_null:
        yield "may be null now"
    old, new = before.rules.get("format"), after.rules.get("format")
    # An integer that was a number has lost its format `double`, and no reader minds.
    if old is not None and old != new and before.types == after.types:
        yield f"format changed from {old} to {new or 'none'}"


def _narrower_rules(before: Json, after: Json) -> Iterator[str]:
    for names, word, sign in ((UPPER_LIMITS, "lowered", 1), (LOWER_LIMITS, "raised", -1)):
        for name in names:
            if name not in after:
                continue
            if name not in before:
                yield f"{name} {after[name]} is new"
            elif (before[name] - after[name]) * sign > 0:
                yield f"{name} {word} from {before[name]} to {after[name]}"
    for name in MAY_REFUSE:
        if after.get(name) and after[name] != before.get(name):
            yield f"{name} {after[name]} is new" if name not in before else _changed(name, before, after)
    # Whoever leaves it out gets another answer.
    if "default" in before and ("default" not in after or as_json(before["default"]) != as_json(after["default"])):
        yield _changed("default", before, after)


def _changed(name: str, before: Json, after: Json) -> str:
    new = as_json(after[name]) if name in after else "none"
    return f"{name} changed from {as_json(before[name])} to {new}"


def _holds(wide: frozenset[str] | None, narrow: frozenset[str] | None) -> bool:
    """Whether every value of the types `narrow` has one of the types `wide`; None: anything."""
    if wide is None:
        return True
    return narrow is not None and narrow <= (wide | {"integer"} if "number" in wide else wide)


def _type_name(shape: Shape) -> str:
    if shape.types is None:
        return "anything"
    return " or ".join(sorted(shape.types)) or "null"


def _schema_name(schema: Schema) -> str:
    if isinstance(schema, bool):
        return "anything"
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    return str(schema.get("title") or schema.get("type") or "anything")


def _or_anything(schema: Schema | None) -> Schema:
    return True if schema is None else schema


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _told(where: str, change: str) -> str:
    return f"{where}: {change}" if where else change
