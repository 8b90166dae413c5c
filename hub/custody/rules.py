"""What may become of a share, and when: pure decisions.

Invariants: a withdrawal is possible until a custodian accepts, and a custodian can't accept before the owner had 24
hours or agreed to less; bytes that nobody tied to a case go by themselves.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.errors import HubError
from hub.submissions.model import ShareState
from milton_protocol.messages.consent import ConsentKind

if TYPE_CHECKING:
    from datetime import datetime

    from hub.submissions.model import ShareRow

ACCEPT_AFTER = timedelta(hours=24)  # docs/domain.md: withdrawal; the Brady duty begins with acceptance
UNLINKED_KEPT = timedelta(days=30)
DRILL_KEPT = timedelta(hours=24)
WITHDRAWN_OPENED_KEPT = timedelta(days=30)  # sealed, for the court only
CONFLICT = 409
GONE = 410


class Withdrawn(StrEnum):
    """What a withdrawal does."""

    DELETE = "delete"
    KEEP_SEALED = "keep_sealed"
    ALREADY = "already"


def check_acceptable(share: ShareRow, now: datetime, *, owner_agreed: bool) -> None:
    """Raise unless a custodian may accept the share now (``not_received``, ``too_early``, ``withdrawn``, …).

    ``owner_agreed``: that it is accepted before its 24 hours are over.
    """
    if share.state == ShareState.ACCEPTED:
        rule = "already_accepted"
        raise HubError(rule, CONFLICT, "This share was accepted before.")
    check_readable(share)
    if not owner_agreed and share.received_at is not None and now < share.received_at + ACCEPT_AFTER:
        rule = "too_early"
        raise HubError(rule, CONFLICT, "The owner may withdraw for 24 hours; accept after that.")


def check_agreeable(share: ShareRow, kind: ConsentKind) -> None:
    """Raise unless there is something left to agree to (``not_received``, ``already_accepted``, ``withdrawn``, …)."""
    check_readable(share)
    if kind is ConsentKind.ACCEPT_EARLY and share.state == ShareState.ACCEPTED:
        rule = "already_accepted"
        raise HubError(rule, CONFLICT, "A custodian has accepted this share into its case.")


def has_ended(share: ShareRow) -> bool:
    """Say whether nobody reads the share any more: then nothing that helps to open it is given out either."""
    return share.state in {ShareState.WITHDRAWN, ShareState.DELETED}


def check_readable(share: ShareRow) -> None:
    """Raise unless an officer may look at the share (``not_received``, ``withdrawn``, ``deleted``)."""
    if share.state == ShareState.UPLOADING:
        rule = "not_received"
        raise HubError(rule, CONFLICT, "This share has not arrived yet.")
    if share.state == ShareState.WITHDRAWN:
        rule = "withdrawn"
        raise HubError(rule, GONE, "The owner withdrew this share.")
    if share.state == ShareState.DELETED:
        rule = "deleted"
        raise HubError(rule, GONE, "This share was deleted.")


def withdrawal_of(share: ShareRow) -> Withdrawn:
    """Say what a withdrawal does now; raise ``already_accepted`` when it is too late."""
    if share.state == ShareState.ACCEPTED:
        rule = "already_accepted"
        raise HubError(rule, CONFLICT, "A custodian has accepted this share into a case.")
    if share.state in {ShareState.WITHDRAWN, ShareState.DELETED}:
        return Withdrawn.ALREADY
    return Withdrawn.DELETE if share.opened_at is None else Withdrawn.KEEP_SEALED


def kept_until(received_at: datetime, *, is_drill: bool) -> datetime:
    """Return when the bytes of a share go that no custodian accepts."""
    return received_at + (DRILL_KEPT if is_drill else UNLINKED_KEPT)
