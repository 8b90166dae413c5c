"""Tables of the public log: leaves, the tree's nodes, the checkpoints that were signed, who cosigned them."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime


class LogLeaf(Base):
    """One leaf; ``index`` has no gap and a row is never changed."""

    __tablename__ = "log_leaf"

    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LogNode(Base):
    """The hash of one complete subtree (level 0: of a leaf); it never changes."""

    __tablename__ = "log_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    value: Mapped[bytes] = mapped_column(LargeBinary(32))


class LogCheckpoint(Base):
    """The signed note over the first ``size`` leaves; only one was ever signed for a size."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LogCosignature(Base):
    """One witness's cosignature of the checkpoint of a size: the note's line, checked before it is kept."""

    __tablename__ = "log_cosignature"

    size: Mapped[int] = mapped_column(ForeignKey("log_checkpoint.size"), primary_key=True, autoincrement=False)
    vkey: Mapped[str] = mapped_column(String(300), primary_key=True)
    line: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # by the witness's own clock
