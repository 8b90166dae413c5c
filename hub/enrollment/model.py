"""Tables of enrolment: codes, homes, wrong tries. Codes and tokens are kept as digests only."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime


class EnrollmentCode(Base):
    """One single-use code, bound to a cell; ``home_id`` is who used it."""

    __tablename__ = "enrolment_code"

    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    cell: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    home_id: Mapped[str | None] = mapped_column(String(32))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Home(Base):
    """One enrolled home: what it proves itself with, and the coarse cell of its code. Nothing it does is kept here."""

    __tablename__ = "home"

    home_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    device_key: Mapped[bytes] = mapped_column(LargeBinary)
    mqtt_username: Mapped[str] = mapped_column(String(64), unique=True)
    cell: Mapped[str] = mapped_column(String(20))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WrongCode(Base):
    """One try with an unknown code, for the rate limit; its network is kept as a keyed digest, for an hour."""

    __tablename__ = "wrong_code"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    address_digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
