"""Still pictures that officers save from a clip: the hub gets no picture, only the word that one was taken.

Invariants: nobody has a still written down of what they may not open, nor of what they never fetched; a row names the
picture by its digest and its place in the clip, and nothing that is to be seen on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.audit.model import AuditRow
from hub.audit.trail import record
from hub.kit.access import Action, require
from hub.shares.access.fetched import fetched, has_said
from milton_protocol.limits import DIGEST_HEX_CHARS

if TYPE_CHECKING:
    from hub.kit.access import Actor
    from hub.shares.record.context import CustodyContext
    from milton_protocol.fields import Fields

ACT: Final = "share.still"
FRAMES_MAX: Final = 5_184_000  # of one clip: twelve hours, the longest request, at 120 pictures a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """A picture as the officer's browser saved it: its digest, and which frame of which clip it is (from 1).

    ``preview_sha256`` is that of the home's transcode where the picture is of that one; ``verified`` says whether the
    clip, and then the transcode too, was checked to its end by then.
    """

    sha256: str
    clip_sha256: str
    preview_sha256: str | None
    frame: int
    verified: bool

    @property
    def words(self) -> str:
        """Return what the trail says of it."""
        checked = "verified" if self.verified else "not verified yet"
        of = "" if self.preview_sha256 is None else f"of transcode {self.preview_sha256} "
        return f"frame {self.frame} sha256 {self.sha256} {of}of clip {self.clip_sha256} {checked}"


def read_still(fields: Fields) -> Still:
    """Read ``{"sha256", "clip_sha256", "preview_sha256" or null, "frame", "verified"}``; raise ProtocolError."""
    still = Still(
        sha256=fields.hex("sha256", DIGEST_HEX_CHARS),
        clip_sha256=fields.hex("clip_sha256", DIGEST_HEX_CHARS),
        preview_sha256=fields.optional("preview_sha256", lambda name: fields.hex(name, DIGEST_HEX_CHARS)),
        frame=fields.integer("frame", 1, FRAMES_MAX),
        verified=fields.boolean("verified"),
    )
    fields.done()
    return still


class Stills:
    """Writes down that a picture was taken."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def take(self, actor: Actor, share_id: str, still: Still) -> None:
        """Write down a still. The same one again changes nothing.

        Raises what :func:`fetched` does.
        """
        require(actor, Action.SHARE_WATCH)
        now = self._context.clock()
        async with self._context.database.session("share.still") as session:
            await fetched(self._context, session, actor, share_id)
            if not await has_said(session, actor, share_id, ACT, AuditRow.detail == still.words):
                await record(session, at=now, actor=actor, action=ACT, subject=share_id, detail=still.words)
