"""What a person is offered to do with a share: a page shows no button that would only be refused. Pure.

The rules themselves stand in ``hub.shares.record.periods`` and are asked again when a button is pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.kit.access import Action
from hub.shares.record.context import person_of
from hub.shares.record.model import READABLE, ShareState

if TYPE_CHECKING:
    from hub.kit.access import Actor
    from hub.requests.model import RequestRow
    from hub.shares.record.context import ShareView
    from hub.shares.record.custody import DeletionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Which acts are offered; ``deletion`` is the one that waits for another person, or can still be taken back."""

    decline: bool
    keep: bool
    flag: bool
    unflag: bool
    hold: bool
    release: bool
    ask_deletion: bool
    confirm_deletion: bool
    take_back_deletion: bool
    deletion: DeletionRow | None


def offers_of(actor: Actor, view: ShareView, request: RequestRow) -> Offers:
    """Return what ``actor`` is offered for a share that they see, which answers ``request``."""
    row, is_drill, asked_for_it = view.row, request.is_drill, request.officer_id == person_of(actor)
    readable, waits = row.state in READABLE, row.state == ShareState.RECEIVED
    ended = row.state in {ShareState.DELETED, ShareState.WITHDRAWN}
    last = view.deletions[-1] if view.deletions else None
    deletion = None if last is None or last.ended_at is not None or ended else last
    return Offers(
        decline=waits and row.declined_at is None and actor.may(Action.SHARE_DECLINE),
        keep=waits and row.declined_at is not None and actor.may(Action.SHARE_DECLINE),
        flag=readable and not is_drill and row.sensitive_since is None and actor.may(Action.SHARE_FLAG),
        unflag=readable and row.sensitive_since is not None and actor.may(Action.SHARE_UNFLAG),
        hold=row.state not in {ShareState.UPLOADING, ShareState.DELETED}
        and not is_drill
        and (row.opened_at or row.accepted_at) is not None
        and actor.may(Action.SHARE_HOLD),
        release=actor.may(Action.SHARE_HOLD),
        ask_deletion=readable
        and deletion is None
        and row.held_since is None
        and not asked_for_it
        and actor.may(Action.SHARE_DELETE_ASK),
        confirm_deletion=readable
        and deletion is not None
        and deletion.asked_by != person_of(actor)
        and not asked_for_it
        and row.held_since is None
        and actor.may(Action.SHARE_DELETE_CONFIRM),
        take_back_deletion=deletion is not None and actor.may(Action.SHARE_UNDELETE),
        deletion=deletion,
    )
