"""How far a share has come, as lists and pages of officers tell it apart."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from hub.shares.record.model import ShareState

if TYPE_CHECKING:
    from hub.shares.record.model import ShareRow


class Stage(StrEnum):
    """A share's state by its own word, but for one that was received: what became of it since."""

    UPLOADING = ShareState.UPLOADING
    RECEIVED = ShareState.RECEIVED
    DECLINED = "declined"
    OPENED = "opened"
    ACCEPTED = ShareState.ACCEPTED
    WITHDRAWN = ShareState.WITHDRAWN
    REMOVED = ShareState.REMOVED
    DELETED = ShareState.DELETED


def stage_of(share: ShareRow) -> Stage:
    """Return how far a share has come; of one that is not needed that, though somebody opened it."""
    if share.state != ShareState.RECEIVED:
        return Stage(share.state)
    if share.declined_at is not None:
        return Stage.DECLINED
    return Stage.RECEIVED if share.opened_at is None else Stage.OPENED
