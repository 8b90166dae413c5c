"""Tables of what is passed on: the questions to owners, the links, and each view."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime
from hub.shares.record.model import SHA256_HEX_CHARS, SHARE_ID_CHARS
from milton_protocol.messages.shares.passed_on import PassedOnTo


class PassingRow(Base):
    """Whom the owner was asked to have a share passed on to; what they said of it are the share's consents."""

    __tablename__ = "share_passing"

    share_id: Mapped[str] = mapped_column(String(SHARE_ID_CHARS), ForeignKey("share.share_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    organisation: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def to(self) -> PassedOnTo:
        """Return whom, as messages say it."""
        return PassedOnTo(name=self.name, organisation=self.organisation, until=self.until)


class LinkRow(Base):
    """One link, by the digest of what its holder says; ``headers`` open with a key that the hub never has."""

    __tablename__ = "passing_link"

    link_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    share_id: Mapped[str] = mapped_column(String(SHARE_ID_CHARS), index=True)
    number: Mapped[int] = mapped_column(Integer)
    headers: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    views: Mapped[int] = mapped_column(Integer)

    __table_args__ = (ForeignKeyConstraint(["share_id", "number"], ["share_passing.share_id", "share_passing.number"]),)


class ViewRow(Base):
    """One view of a link, by the digest of the id that the viewer's page made."""

    __tablename__ = "passing_view"

    view_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    link_sha256: Mapped[str] = mapped_column(ForeignKey("passing_link.link_sha256"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
