"""The table of authorised devices."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime

DEVICE_ID_CHARS = 32
LABEL_MAX_CHARS = 80
PERSON_ID_CHARS = 64
SHA256_HEX_CHARS = 64


class Device(Base):
    """One certificate. With a ``person_id`` nobody else signs in there; without one it is the station's."""

    __tablename__ = "device"

    device_id: Mapped[str] = mapped_column(String(DEVICE_ID_CHARS), primary_key=True)
    label: Mapped[str] = mapped_column(String(LABEL_MAX_CHARS))
    person_id: Mapped[str | None] = mapped_column(String(PERSON_ID_CHARS))
    key_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), index=True)  # of the key's DER
    certificate: Mapped[bytes] = mapped_column(LargeBinary)  # DER
    certificate_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), unique=True)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
