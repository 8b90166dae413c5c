"""Table of the wraps."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime
from hub.identity.model import CREDENTIAL_ID_CHARS, PERSON_ID_CHARS
from milton_protocol.limits import AGE_RECIPIENT_CHARS

WRAP_ID_CHARS = 32
LABEL_MAX_CHARS = 80


class KeyWrap(Base):
    """An age identity that only one security key's secret can open; the hub has neither."""

    __tablename__ = "key_wrap"

    wrap_id: Mapped[str] = mapped_column(String(WRAP_ID_CHARS), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(PERSON_ID_CHARS), index=True)
    recipient: Mapped[str] = mapped_column(String(AGE_RECIPIENT_CHARS))
    credential_id: Mapped[str] = mapped_column(String(CREDENTIAL_ID_CHARS))
    label: Mapped[str] = mapped_column(String(LABEL_MAX_CHARS))
    iv: Mapped[bytes] = mapped_column(LargeBinary)
    wrap: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
