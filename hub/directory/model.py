"""The signed documents that the hub was handed, every version of them, the maps and the people that they name."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime
from milton_protocol.limits import BADGE_MAX_CHARS, NAME_MAX_CHARS


class TrustDocument(Base):
    """One envelope: ``kind`` is ``city-record``, ``directory`` or ``revocation``, or ``map``, a pack as it is.

    The serial of a revocation and of a map is 0.
    """

    __tablename__ = "trust_document"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    serial: Mapped[int] = mapped_column(Integer)
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PersonName(Base):
    """What the newest directory that had a person called them; it stays when they leave."""

    __tablename__ = "person_name"

    person_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX_CHARS))
    badge: Mapped[str] = mapped_column(String(BADGE_MAX_CHARS))
