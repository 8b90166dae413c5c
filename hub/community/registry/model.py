"""Tables of the registry. An erased entry keeps its id, number and revision; nothing keeps an earlier revision."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.community.base import CommunityBase
from hub.db.base import UtcDateTime
from milton_protocol.limits import NAME_MAX_CHARS

_IS_PIN = text("lat_e7 IS NOT NULL")


class Entry(CommunityBase):
    """One camera of one account.

    ``envelope`` is the signed entry; the columns after it repeat its place for counting and for look-ups: the cell of
    an *Area* or *Exact* entry, the street of a *Street* one, the point and view of an *Exact* one.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("account_id", "number"),
        Index("ix_entry_cell", "state", "cell_row", "cell_column"),
        Index("ix_entry_pin", "state", "cell_row", "cell_column", sqlite_where=_IS_PIN, postgresql_where=_IS_PIN),
        Index("ix_entry_street", "state", "street"),
    )

    entry_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.account_id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(BigInteger)  # to 2**53 - 1
    state: Mapped[str] = mapped_column(String(8))
    envelope: Mapped[bytes | None] = mapped_column(LargeBinary)
    cell_row: Mapped[int | None] = mapped_column(Integer)
    cell_column: Mapped[int | None] = mapped_column(Integer)
    street: Mapped[str | None] = mapped_column(String(NAME_MAX_CHARS))
    lat_e7: Mapped[int | None] = mapped_column(Integer)
    lon_e7: Mapped[int | None] = mapped_column(Integer)
    heading_deg: Mapped[int | None] = mapped_column(Integer)
    field_of_view_deg: Mapped[int | None] = mapped_column(Integer)
    keeps_days: Mapped[int | None] = mapped_column(Integer)
    confirm_by: Mapped[date | None]
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CellCountRow(CommunityBase):
    """A cell in which at least five accounts have an entry, as of the last night."""

    __tablename__ = "cell_count"

    cell_row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    cell_column: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    bucket: Mapped[str] = mapped_column(String(4))


class CountedNight(CommunityBase):
    """One row: the day, by the agency's clocks, on which the cells were counted last.

    ``count_id`` is another one after each count, by which who keeps the cells knows; None where an older hub counted.
    """

    __tablename__ = "counted_night"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[date]
    count_id: Mapped[str | None] = mapped_column(String(32))
