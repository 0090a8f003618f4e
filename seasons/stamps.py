"""Stamps: whether anything is different is asked of one short text, and not of the rows.

Every change of the catalogue gives new stamps to what it touches, in the transaction of the change: to a session for
what is in it, to `shared` for what sessions have in common, to `catalogue` for anything. An answer that was made of
rows with a stamp is still true as long as the stamp is the same. Rows that are saved or deleted one by one are
noticed by signals; whoever writes in bulk says so by `touch_session` or `touch_shared`.
"""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save

from seasons.models import (
    Circuit,
    Driver,
    Entry,
    Event,
    Lap,
    PitStop,
    RaceControl,
    Result,
    Season,
    Session,
    SessionState,
    SessionStatus,
    Stamp,
    StampScope,
    Stint,
    Team,
    TrackStatus,
    Weather,
)
from seasons.models.identity import new_public_id

SHARED: tuple[type[models.Model], ...] = (Season, Circuit, Event, Driver, Team)
OF_A_SESSION: tuple[type[models.Model], ...] = (
    Entry,
    Result,
    Lap,
    Stint,
    PitStop,
    Weather,
    TrackStatus,
    RaceControl,
    SessionStatus,
)


@dataclass(slots=True)
class _Touched:
    shared: bool = False
    sessions: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return self.shared or bool(self.sessions)


class _Collecting(threading.local):
    touched: _Touched | None = None


_collecting = _Collecting()


def catalogue_stamp() -> str:
    """The stamp of everything that can be seen."""
    return Stamp.objects.filter(scope=StampScope.CATALOGUE).values_list("value", flat=True).first() or ""


@dataclass(frozen=True, slots=True)
class SessionStamp:
    """The stamp of a session and of all that is in it; `finished`: it is over, and imported."""

    value: str
    finished: bool


def session_stamps(names: Collection[str]) -> dict[str, SessionStamp]:
    """Those of the published sessions with these keys or ids, by the name that was given."""
    if not names:
        return {}
    shared = Stamp.objects.filter(scope=StampScope.SHARED).values("value")[:1]
    rows = (
        Session.objects.filter(Q(key__in=names) | Q(public_id__in=names), published=True)
        .order_by()
        .values_list("key", "public_id", "stamp", models.Subquery(shared), "state")
    )
    return {
        name: SessionStamp(f"{own}{common or ''}", finished=state == SessionState.AVAILABLE)
        for key, public_id, own, common, state in rows
        for name in (key, public_id)
        if name in names
    }


def touch_session(session_id: int) -> None:
    """What is in the session is different from now on."""
    _touch(_Touched(sessions={session_id}))


def touch_shared() -> None:
    """What sessions share, or which there are, is different from now on."""
    _touch(_Touched(shared=True))


@contextmanager
def one_touch() -> Iterator[None]:
    """A transaction that renews stamps once, at its end.

    Stamps are rows that every writer wants: taken last, and at once given back, they cannot be half of a deadlock.
    """
    if _collecting.touched is not None:
        yield
        return
    touched = _collecting.touched = _Touched()
    try:
        with transaction.atomic():
            yield
            _collecting.touched = None
            if touched:
                _renew(touched)
    finally:
        _collecting.touched = None


def _touch(touched: _Touched) -> None:
    collected = _collecting.touched
    if collected is None:
        with transaction.atomic():
            _renew(touched)
        return
    collected.shared |= touched.shared
    collected.sessions |= touched.sessions


def _renew(touched: _Touched) -> None:
    Session.objects.filter(pk__in=touched.sessions).update(stamp=new_public_id())
    scopes = [StampScope.CATALOGUE, *([StampScope.SHARED] if touched.shared else [])]
    Stamp.objects.bulk_create(
        [Stamp(scope=scope) for scope in sorted(scopes)],
        update_conflicts=True,
        unique_fields=["scope"],
        update_fields=["value"],
    )


def _row_of_a_session_changed(instance: Any, **_kwargs: Any) -> None:
    touch_session(instance.session_id)


def _session_changed(instance: Session, **_kwargs: Any) -> None:
    touch_session(instance.pk)


def _shared_row_changed(**_kwargs: Any) -> None:
    touch_shared()


def notice_changes() -> None:
    """Connect the signals, once, when Django starts."""
    for signal in (post_save, post_delete):
        signal.connect(_session_changed, sender=Session, dispatch_uid="seasons.stamps")
        for model in SHARED:
            signal.connect(_shared_row_changed, sender=model, dispatch_uid=f"seasons.stamps.{model.__name__}")
        for model in OF_A_SESSION:
            signal.connect(_row_of_a_session_changed, sender=model, dispatch_uid=f"seasons.stamps.{model.__name__}")
