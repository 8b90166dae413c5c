"""Who made a share: whoever shows its share key (protocol section 10); to everybody else no share is there.

Invariants: nothing but the one-time key of the share opens it, no token and no id; somebody without it is answered the
same whether the share is there, never was, or ended, and what is checked costs the same; the key is never kept.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import LargeBinary, func, literal, select

from hub.shares.record.model import ShareRow
from milton_protocol.messages.shares.share import PartName, SealedPart, Share
from milton_protocol.messages.shares.share_key import CHARS, HEADER, is_share_key
from milton_protocol.sealing.keys import Identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

_HEADER_BYTES = 600  # an age header to four recipients


async def one_time_key(session: AsyncSession, share_id: str) -> bytes:
    """Return the public key that speaks for a share; of a share that is not there, one that nobody has.

    One statement, which finds a payload either way: no row is made of what somebody without the key asks about.
    """
    payload = select(ShareRow.payload).where(ShareRow.share_id == share_id).scalar_subquery()
    found = (await session.execute(select(func.coalesce(payload, literal(_nobodys(), LargeBinary))))).scalar_one()
    return Share.from_bytes(found).one_time_key


async def is_held(session: AsyncSession, share_id: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request shows the key of this share."""
    shown = headers.get(HEADER, "")
    return len(shown) == CHARS and is_share_key(shown, share_id, await one_time_key(session, share_id))


@cache
def _nobodys() -> bytes:
    """Return a payload that takes as long to read as a real one."""
    names = (PartName.CLIP, PartName.MANIFEST)
    return Share(
        share_id="0" * 32,
        request_id="0" * 64,
        recipients_sha256="0" * 64,
        one_time_key=Ed25519PrivateKey.generate().public_key().public_bytes_raw(),
        receipt_recipient=Identity.generate().recipient,
        parts=tuple(
            SealedPart(name=name, header=bytes(_HEADER_BYTES), body_sha256="0" * 64, body_size_bytes=1)
            for name in names
        ),
    ).to_bytes()
