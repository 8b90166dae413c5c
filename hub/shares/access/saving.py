"""What people save of a share on their devices: the hub gets no byte of it, only the word, before anything is saved.

Invariants: nobody has a save written down of what they may not open, nor of what they never fetched on that device; the
row and the owner's receipt are written together (``docs/adr/`` 48).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hub.audit.model import AuditRow
from hub.audit.trail import record
from hub.kit.access import Action, require
from hub.kit.days import day_begins
from hub.shares.access.fetched import fetched, has_said
from milton_protocol.limits import DIGEST_HEX_CHARS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from hub.kit.access import Actor
    from hub.shares.record.context import CustodyContext
    from milton_protocol.fields import Fields

ACT: Final = "share.saved"


class SavedPart(StrEnum):
    """What can be saved, in plain; a preview is for watching only."""

    CLIP = "clip"
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What is about to be saved, and the digest of its plain bytes, as the browser has it."""

    part: SavedPart
    sha256: str

    @property
    def words(self) -> str:
        """Return what the trail says of it."""
        return f"{self.part.value} sha256 {self.sha256}"


def read_saved(fields: Fields) -> Saved:
    """Read ``{"part", "sha256"}`` to its end; raise ProtocolError."""
    saved = Saved(part=fields.choice("part", SavedPart), sha256=fields.hex("sha256", DIGEST_HEX_CHARS))
    fields.done()
    return saved


class Saving:
    """Writes down that somebody saves, and tells the owner."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def save(self, actor: Actor, share_id: str, saved: Saved) -> None:
        """Write a row, and tell the owner unless this person saved this part on this day (UTC) before.

        Raises what :func:`fetched` does, and ``too_many_saves`` (503) rather than let somebody save without a receipt.
        """
        require(actor, Action.SHARE_SAVE)
        now = self._context.clock()
        async with self._context.database.session("share.saved") as session:
            row = await fetched(self._context, session, actor, share_id)
            if not await has_said(session, actor, share_id, ACT, *_on_this_day(saved.part, now)):
                await self._context.receipts.add_exported(session, row, actor, at=now)
            await record(session, at=now, actor=actor, action=ACT, subject=share_id, detail=saved.words)


def _on_this_day(part: SavedPart, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return how a row is known of which the owner was told already: of the same part, of the same day."""
    begins = day_begins(now.astimezone(UTC).date())
    return AuditRow.detail.startswith(f"{part.value} "), AuditRow.at >= begins
