"""An attempt that did not get done: whether the build is tried again, when, or never."""

import random
from datetime import timedelta

from replays.build_errors import BuildCancelled, BuildFailed, ClaimLost
from replays.claims import Claim
from replays.loading.errors import (
    CacheNotWritable,
    LoadingError,
    NotPublishedYet,
    RateLimited,
    SourceUnavailable,
)
from replays.storage import StorageUnavailable

BACK_OFF = (timedelta(seconds=10), timedelta(seconds=60), timedelta(seconds=300))
"""How long to wait after the first attempt, the second, the third. The next one is the last."""

JITTER = 0.25
"""The share of a wait by which it is made longer or shorter, so that what failed together is not retried together."""

UNTIL_PUBLISHED = timedelta(minutes=10)
"""How often it is looked whether a session is published."""

OUTSIDE = (SourceUnavailable, StorageUnavailable, CacheNotWritable)
"""What may well work a little later."""

INTERRUPTED = "interrupted"


def settle(claim: Claim, error: BaseException, *, offline: bool = False) -> None:
    """Give the build up as `error` asks for. `offline`: the network is not asked, so that waiting for it is in vain."""
    if isinstance(error, ClaimLost):
        return
    if isinstance(error, BuildCancelled):
        claim.cancelled()
    elif isinstance(error, KeyboardInterrupt | SystemExit):
        claim.give_back()
    elif isinstance(error, RateLimited):
        # It says when to come back, and nothing was tried: no attempt is used up.
        after = timedelta(seconds=error.retry_after_s)
        claim.try_again(reason_of(error), after=after * random.uniform(1, 1 + JITTER), counted=False)  # noqa: S311
    elif isinstance(error, NotPublishedYet):
        claim.try_again(reason_of(error), after=jittered(UNTIL_PUBLISHED), counted=False)
    elif _is_for_good(error, offline):
        claim.failed(reason_of(error))
    else:
        settle_crash(claim, reason_of(error))


def settle_crash(claim: Claim, reason: str) -> None:
    """Give up a build for a `reason` that may be gone next time: that its process ended without a word, say."""
    attempts = claim.rows().values_list("attempts", flat=True).first() or 0
    if attempts > len(BACK_OFF):
        claim.failed(reason)
    else:
        claim.try_again(reason, after=jittered(BACK_OFF[max(attempts, 1) - 1]), counted=True)


def reason_of(error: BaseException) -> str:
    """One line."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    said = " ".join(str(error).split())
    known = isinstance(error, LoadingError | BuildFailed | StorageUnavailable)
    return said if known and said else f"{type(error).__name__}: {said}"


def jittered(wait: timedelta) -> timedelta:
    return wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # nobody has to be kept from guessing it


def _is_for_good(error: BaseException, offline: bool) -> bool:
    if isinstance(error, OUTSIDE):
        return offline and isinstance(error, SourceUnavailable)
    return isinstance(error, LoadingError | BuildFailed)
