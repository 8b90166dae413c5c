"""How long the hub keeps what, as administrators read it: what they may shorten, what is fixed, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.audit.denials import KEPT as REFUSALS_KEPT
from hub.policy.settings import DAY, HOUR, SETTINGS, Unit, number_words
from hub.requests.draft.kept_drafts import KEPT_FOR as DRAFTS_KEPT
from hub.requests.draft.lately import LATELY
from hub.shares.record.periods import DRILL_KEPT, RECEIPTS_KEPT, UNDELETE, WITHDRAWN_OPENED_KEPT

if TYPE_CHECKING:
    from datetime import timedelta

    from hub.policy.values import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One line: how long something is kept, and why it is fixed, or what bounds what the agency may set."""

    what: str
    how_long: str
    why: str
    is_set: bool = False  # by the agency


def _days(length: timedelta) -> str:
    return number_words(Unit.DAYS, length // DAY)


_FIXED: tuple[Kept, ...] = (
    Kept(
        what="A share that its owner took back before anybody opened it",
        how_long="gone at once",
        why="It is the owner's.",
    ),
    Kept(
        what="A share that its owner took back after somebody opened it",
        how_long=f"{_days(WITHDRAWN_OPENED_KEPT)}, sealed, for a court only",
        why="What may help somebody who is accused must not vanish.",
    ),
    Kept(
        what="A share that two custodians decided to delete",
        how_long=f"{_days(UNDELETE)}, and opened by nobody",
        why="The decision can be taken back.",
    ),
    Kept(
        what="A share that is held for a court",
        how_long="as long as it is held",
        why="A custodian holds it and lets it go, each with a reason.",
    ),
    Kept(
        what="A test card of an exercise",
        how_long=number_words(Unit.HOURS, DRILL_KEPT // HOUR),
        why="It shows nothing that was recorded, and nobody accepts it, holds it or passes it on.",
    ),
    Kept(
        what="A request that somebody still writes",
        how_long=_days(DRAFTS_KEPT),
        why="Nobody comes back to it later.",
    ),
    Kept(
        what="Which plates, addresses and areas were asked for lately, as keyed digests",
        how_long=_days(LATELY),
        why="So that who asks again and again is flagged.",
    ),
    Kept(
        what="Receipts, for the home that shared",
        how_long=f"{_days(RECEIPTS_KEPT)} after the newest",
        why="Homes were told so when they joined.",
    ),
    Kept(
        what="Refusals",
        how_long=_days(REFUSALS_KEPT),
        why="A year's report is written from them.",
    ),
    Kept(
        what="A copy of a deleted share, in a backup that was made before",
        how_long="as long as the city keeps the backup",
        why="The hub does not reach them. They should go within 30 days; who runs the hub says whether they do.",
    ),
    Kept(
        what="Requests, the audit trail, flags, the public log",
        how_long="never deleted by the hub",
        why="They tell what power was used for, the record's life and 12 months longer at least.",
    ),
)


def table(policy: Policy) -> tuple[Kept, ...]:
    """Return every line, what the agency sets first."""
    own = (
        Kept(
            what=setting.words,
            how_long=number_words(setting.unit, policy.number(setting.name)),
            why=f"{number_words(setting.unit, setting.least)} to {number_words(setting.unit, setting.most)}: "
            f"{setting.why}.",
            is_set=True,
        )
        for setting in SETTINGS
        if setting.is_kept
    )
    return (*own, *_FIXED)
