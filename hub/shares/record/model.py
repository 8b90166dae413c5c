"""Tables of shares. No column says, or lets anybody work out, which home sent one."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime

if TYPE_CHECKING:
    from milton_protocol.messages.shares.share import SealedPart

SHARE_ID_CHARS = 32
NAMED_BY_CHARS = 8  # "Share 1a2b3c4d", on every page
OWNER = "the owner"  # who flagged a share; no person's id has a space
SHA256_HEX_CHARS = 64


def short_name(share_id: str) -> str:
    """Return by what people name a share: also to who does not see it, who learns no more of its id."""
    return share_id[:NAMED_BY_CHARS]


class ShareState(StrEnum):
    """Where a share is."""

    UPLOADING = "uploading"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"  # two people decided that it goes; its sealed bytes are still there
    DELETED = "deleted"


READABLE = (ShareState.RECEIVED, ShareState.ACCEPTED)
"""Of a share in one of these, people may open what was sent."""


class ShareRow(Base):
    """One share. ``payload`` never changes; ``opened_at`` is the first fetch.

    Bytes go after ``delete_after``, for the reason ``delete_why`` (``hub.shares.record.rules.Why``; null while it is
    uploaded), unless a custodian holds it (``held_since``). ``sensitive_since``: only custodians see it, for so said
    ``flagged_by``: its ``OWNER``, or a person's id (null of what was flagged before that was kept).
    """

    __tablename__ = "share"

    share_id: Mapped[str] = mapped_column(String(SHARE_ID_CHARS), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), index=True)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delete_after: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delete_why: Mapped[str | None] = mapped_column(String(20))
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_since: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    sensitive_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    flagged_by: Mapped[str | None] = mapped_column(String(64))
    accept_reason: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (Index("ix_share_request_received", "request_id", "received_at"),)  # lists, newest first


class SharePartRow(Base):
    """One sealed body: what it must be, and since when it is durable in the blob store."""

    __tablename__ = "share_part"

    share_id: Mapped[str] = mapped_column(ForeignKey("share.share_id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    body_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    stored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def announced(cls, share_id: str, part: SealedPart) -> Self:
        """Return the row of a part that is announced."""
        return cls(
            share_id=share_id,
            name=part.name.value,
            body_sha256=part.body_sha256,
            size_bytes=part.body_size_bytes,
        )
