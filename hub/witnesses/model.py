"""What the hub knows of each witness that it has asked."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime


class WitnessRow(Base):
    """One witness, by its key: the largest size that it cosigned, and what became of the last call.

    ``denies`` stays until it cosigns again: that this log is not the one it has seen (``hub.witnesses.troubles``), with
    the size of which it says so.
    """

    __tablename__ = "witness"

    vkey: Mapped[str] = mapped_column(String(300), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    cosigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    trouble: Mapped[str] = mapped_column(String(20), default="")  # of the last call; empty: it cosigned
    troubled_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    denies: Mapped[str] = mapped_column(String(20), default="")
    denied_size: Mapped[int | None] = mapped_column(BigInteger)
