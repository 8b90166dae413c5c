"""What the witnesses say of this log together, and the sentences in which people read it. Pure.

Invariants: what one witness of three claims stops nothing: a claim has no signature, so it is held against the
cosignatures, which have one. Where as many deny this log as cosign it, nothing is published under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.kit.notices import About, Notice
from hub.witnesses.troubles import WORDS, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

SAID_AFTER = timedelta(hours=1)  # a witness that is started again is no news


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One witness as it stands; ``denied_size``: of the log as it says it knows it, where it ``denies`` this one."""

    name: str
    size: int = 0
    cosigned_at: datetime | None = None
    asked_at: datetime | None = None
    trouble: Trouble | None = None
    troubled_since: datetime | None = None
    denies: Trouble | None = None
    denied_size: int = 0

    @property
    def cosigns(self) -> bool:
        """Say whether it cosigned when it was asked last."""
        return self.cosigned_at is not None and self.trouble is None and self.denies is None


def is_denied(standings: Iterable[Standing]) -> bool:
    """Say whether the log is denied by as many as cosign it."""
    them = tuple(standings)
    deny = sum(each.denies is not None for each in them)
    return deny > 0 and deny >= sum(each.cosigns for each in them)


def denial_notice(standings: Sequence[Standing], size: int) -> Notice | None:
    """Say which witnesses deny this log of ``size`` entries, and what that stops."""
    deny = [each for each in standings if each.denies is not None]
    if not deny:
        return None
    said = "; ".join(_denial(each) for each in deny)
    stops = "Nothing is published until this is cleared up." if is_denied(standings) else "Others cosign it."
    why = f"The public log has {size:,} entries here. {said}."
    cause = "Either the hub was restored from an older backup, or its log was forked, or these witnesses are wrong."
    return Notice(about=About.LOG_DENIED, sentence=f"{why} {cause} {stops}", since=_earliest(deny))


def missing_notice(asked: int, quorum: int) -> Notice | None:
    """Say that the city record asks for more witnesses than the hub has to ask."""
    if quorum <= asked:
        return None
    wants = (
        f"Witnesses of the public log that the city record asks for: {quorum}; that this hub asks (hub.toml): {asked}."
    )
    return Notice(about=About.WITNESSES_MISSING, sentence=f"{wants} Nothing is published until it has as many.")


def trouble_notice(standings: Sequence[Standing], now: datetime) -> Notice | None:
    """Say which witnesses have not cosigned for some time, and why."""
    lasting = [
        each
        for each in standings
        if each.trouble is not None and each.denies is None and _is_long(each.troubled_since, now)
    ]
    if not lasting:
        return None
    said = "; ".join(f"{each.name} {WORDS[each.trouble]}" for each in lasting if each.trouble is not None)
    how_many = "1 does not" if len(lasting) == 1 else f"{len(lasting)} do not"
    sentence = f"Of {len(standings)} witnesses of the public log {how_many} cosign it: {said}."
    return Notice(about=About.WITNESSES, sentence=sentence, since=_earliest(lasting))


def _denial(each: Standing) -> str:
    if each.denies is Trouble.AHEAD:
        return f"{each.name} says that it has seen {each.denied_size:,} of it"
    return f"{each.name} says that it does not go on from the {each.denied_size:,} that it has seen"


def _is_long(since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since >= SAID_AFTER


def _earliest(them: Iterable[Standing]) -> datetime | None:
    return min((each.troubled_since for each in them if each.troubled_since is not None), default=None)
