"""What people save of a share on their devices: the hub gets no byte of it, only the word, before anything is saved.

Invariants: nobody has a save written down of what they may not open, nor of what they never fetched on that device; the
row and the owner's receipt are written together (``docs/adr/`` 48).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from hub.access import Action, require
from hub.audit.model import AuditRow
from hub.audit.trail import record
from hub.custody.rules import check_readable, not_opened
from hub.submissions import repository
from milton_protocol.limits import DIGEST_HEX_CHARS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.access import Actor
    from hub.custody.ground import Ground
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

    def __init__(self, ground: Ground) -> None:
        """Stand on ``ground``."""
        self._ground = ground

    async def save(self, actor: Actor, share_id: str, saved: Saved) -> None:
        """Write a row, and tell the owner unless this person saved this part on this day (UTC) before.

        Raises ``share_unknown`` (404), ``not_opened`` (409), what :func:`check_readable` raises, and ``too_many_saves``
        (503) rather than let somebody save without a receipt.
        """
        require(actor, Action.SHARE_SAVE)
        now = self._ground.clock()
        async with self._ground.database.session("share.saved") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            check_readable(row)
            if not await self._ground.receipts.has_fetched(session, share_id, actor):
                raise not_opened()
            if not await _was_told(session, actor, share_id, saved.part, now):
                await self._ground.receipts.add_exported(session, row, actor, at=now)
            await record(session, at=now, actor=actor, action=ACT, subject=share_id, detail=saved.words)


async def _was_told(session: AsyncSession, actor: Actor, share_id: str, part: SavedPart, now: datetime) -> bool:
    """Say whether the owner knows already that this person has this part, of this day."""
    same = select(AuditRow.number).where(
        AuditRow.subject == share_id,
        AuditRow.action == ACT,
        AuditRow.actor == actor.id,
        AuditRow.detail.startswith(f"{part.value} "),
        AuditRow.at >= datetime.combine(now.astimezone(UTC), time(), UTC),
    )
    return await session.scalar(same.limit(1)) is not None
