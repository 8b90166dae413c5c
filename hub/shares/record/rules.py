"""What may become of a share, and when: pure decisions.

Invariants: a withdrawal is possible until a custodian accepts, and a custodian can't accept before the owner had 24
hours or agreed to less; bytes that nobody tied to a case go by themselves; what nobody opened is the owner's alone, so
no hold keeps it; the test card of an exercise is nobody's evidence: it is neither accepted nor held nor passed on, and
gone after a day; how long something is kept is what the policy said when its time began, so that a policy that is
changed later ends nothing sooner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.kit.errors import HubError
from hub.shares.record.model import OWNER, ShareState
from milton_protocol.messages.shares.consent import ConsentKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hub.policy.values import Policy
    from hub.shares.record.model import ShareRow

ACCEPT_AFTER = timedelta(hours=24)  # docs/domain.md: withdrawal; the Brady duty begins with acceptance
DRILL_KEPT = timedelta(hours=24)
WITHDRAWN_OPENED_KEPT = timedelta(days=30)  # sealed, for the court only
UNDELETE = timedelta(days=7)  # docs/domain.md: deletion
RECEIPTS_KEPT = timedelta(days=60)  # after the newest, for the home; it is told at its enrollment
CONFLICT = 409
GONE = 410
_RESTRICTS = frozenset({ConsentKind.NOT_PASSING_ON, ConsentKind.CUSTODIANS_ONLY})


class Why(StrEnum):
    """Why the bytes of a share go."""

    NOT_ACCEPTED = "not_accepted"
    DECLINED = "declined"
    DRILL = "drill"
    WITHDRAWN = "withdrawn"
    CASE_CLOSED = "case_closed"
    TWO_PEOPLE = "two_people"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """When bytes go, and why."""

    at: datetime
    why: Why


def end_of(
    share: ShareRow,
    *,
    policy_at: Callable[[datetime], Policy],
    is_drill: bool,
    case_closed_at: datetime | None = None,
    undelete_until: datetime | None = None,
) -> End | None:
    """Return when the bytes of a share that has arrived go, None for one of an open case.

    ``policy_at`` returns the agency's policy as it was at a moment; ``undelete_until`` is when a deletion that two
    people decided can no longer be taken back.
    """
    received_at = share.received_at or share.created_at
    ends = [End(at=received_at + DRILL_KEPT, why=Why.DRILL)] if is_drill else []
    if share.withdrawn_at is not None:
        kept = timedelta() if share.opened_at is None else WITHDRAWN_OPENED_KEPT
        return min((*ends, End(at=share.withdrawn_at + kept, why=Why.WITHDRAWN)), key=_moment)
    if undelete_until is not None:
        ends.append(End(at=undelete_until, why=Why.TWO_PEOPLE))
    if share.accepted_at is None:
        ends.append(End(at=received_at + policy_at(received_at).unlinked_kept, why=Why.NOT_ACCEPTED))
        if share.declined_at is not None:
            kept = policy_at(share.declined_at).declined_kept
            ends.append(End(at=share.declined_at + kept, why=Why.DECLINED))
    elif case_closed_at is not None:
        begins = max(case_closed_at, share.accepted_at)  # accepted later, it had not begun to be kept
        ends.append(End(at=begins + policy_at(begins).closed_case_kept, why=Why.CASE_CLOSED))
    return min(ends, key=_moment, default=None)


def after_hold(end: End, released_at: datetime) -> End:
    """Return when bytes go whose last hold ended at ``released_at``.

    One custodian ends it, so for seven days another can hold it again; but not against an owner who took it back.
    """
    return end if end.why is Why.WITHDRAWN else replace(end, at=max(end.at, released_at + UNDELETE))


def _moment(end: End) -> datetime:
    return end.at


def check_acceptable(share: ShareRow, now: datetime, *, owner_agreed: bool, is_drill: bool) -> None:
    """Raise unless a custodian may accept the share now (``not_received``, ``exercise``, ``too_early``, …).

    ``owner_agreed``: that it is accepted before its 24 hours are over.
    """
    if share.state == ShareState.ACCEPTED:
        rule = "already_accepted"
        raise HubError(rule, CONFLICT, "This share was accepted before.")
    check_readable(share)
    check_no_exercise(is_drill=is_drill)
    if not owner_agreed and share.received_at is not None and now < share.received_at + ACCEPT_AFTER:
        rule = "too_early"
        raise HubError(rule, CONFLICT, "The owner may withdraw for 24 hours; accept after that.")


def check_no_exercise(*, is_drill: bool) -> None:
    """Raise ``exercise`` for the test card of one, with which nothing is done but look at it."""
    if is_drill:
        rule = "exercise"
        raise HubError(rule, CONFLICT, "This is a test card of an exercise: nothing is done with it but look at it.")


def check_agreeable(share: ShareRow, kind: ConsentKind, *, is_drill: bool) -> None:
    """Raise unless something is left to agree to, to take back or to flag (``not_received``, ``exercise``, …)."""
    if kind is ConsentKind.ACCEPT_EARLY:
        check_triable(share)
    if kind not in _RESTRICTS or share.state != ShareState.REMOVED:  # that may be taken back
        check_readable(share)
    if kind is not ConsentKind.NOT_PASSING_ON:
        check_no_exercise(is_drill=is_drill)


def check_flaggable(share: ShareRow, *, is_drill: bool) -> None:
    """Raise unless a minor or an intimate image can be seen in it: a test card shows nobody (``exercise``, …)."""
    check_readable(share)
    check_no_exercise(is_drill=is_drill)


def check_holdable(share: ShareRow, *, is_drill: bool) -> None:
    """Raise unless a court may want the share: somebody opened it, or it is in a case (``nothing_to_hold``, …).

    Also one that was withdrawn after somebody had opened it, and one that two people decided to delete.
    """
    if share.state in {ShareState.UPLOADING, ShareState.DELETED}:
        check_readable(share)
    if is_drill or (share.opened_at is None and share.accepted_at is None):
        rule = "nothing_to_hold"
        raise HubError(
            rule, CONFLICT, "Nobody has opened this share, or it is an exercise's: there is nothing to hold."
        )


def not_opened() -> HubError:
    """Return the refusal of who did not fetch the share on this device."""
    rule = "not_opened"
    return HubError(rule, CONFLICT, "Open the clip on this device first.")


def check_triable(share: ShareRow) -> None:
    """Raise unless the share waits to be accepted or declined (``already_accepted``, ``not_received``, …)."""
    check_readable(share)
    if share.state == ShareState.ACCEPTED:
        rule = "already_accepted"
        raise HubError(rule, CONFLICT, "A custodian has accepted this share into its case.")


def flags_anew(share: ShareRow, *, by: str, now: datetime) -> bool:
    """Flag a share for custodians alone, by ``by``; say whether it was not flagged before.

    The owner's word stands in the place of an officer's: who takes it off is to know, and the owner is told then.
    """
    if share.sensitive_since is not None:
        share.flagged_by = by if by == OWNER else share.flagged_by
        return False
    share.sensitive_since, share.flagged_by = now, by
    return True


def check_disposable(share: ShareRow) -> None:
    """Raise unless two people may delete the share (``on_hold``, ``kept_for_court``, …)."""
    if share.state == ShareState.WITHDRAWN:
        rule = "kept_for_court"
        raise HubError(
            rule, CONFLICT, "The owner withdrew this share: it is kept sealed for a court, and then deleted."
        )
    check_readable(share)
    if share.held_since is not None:
        rule = "on_hold"
        raise HubError(rule, CONFLICT, "This share is held for a court: nothing of it is deleted.")


def has_ended(share: ShareRow) -> bool:
    """Say whether nobody reads the share any more: then nothing that helps to open it is given out either."""
    return share.state in {ShareState.WITHDRAWN, ShareState.REMOVED, ShareState.DELETED}


def check_readable(share: ShareRow) -> None:
    """Raise unless an officer may look at the share (``not_received``, ``withdrawn``, ``removed``, ``deleted``)."""
    if share.state == ShareState.UPLOADING:
        rule = "not_received"
        raise HubError(rule, CONFLICT, "This share has not arrived yet.")
    if share.state == ShareState.WITHDRAWN:
        rule = "withdrawn"
        raise HubError(rule, GONE, "The owner withdrew this share.")
    if share.state == ShareState.REMOVED:
        rule = "removed"
        raise HubError(rule, GONE, "Two people decided to delete this share.")
    if share.state == ShareState.DELETED:
        rule = "deleted"
        raise HubError(rule, GONE, "This share was deleted.")


def withdraws_anew(share: ShareRow) -> bool:
    """Say whether a withdrawal does something; raise ``already_accepted`` when it is too late."""
    if share.state in {ShareState.WITHDRAWN, ShareState.DELETED}:
        return False
    if share.accepted_at is not None:
        rule = "already_accepted"
        raise HubError(rule, CONFLICT, "A custodian has accepted this share into a case.")
    return True
