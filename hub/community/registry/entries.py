"""Entries of an account: put, confirmed, erased.

Invariants: an entry is changed only by what its own key signed, and only by its account; a later revision replaces an
earlier one, of which nothing stays; an erased entry has no place, and is never anything else again; numbers are given
in order and never again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from aiohttp import web
from sqlalchemy import func, select

from hub.community.registry.model import Entry
from hub.community.residents.model import Account
from hub.kit.errors import HubError
from hub.web.actor import not_signed_in
from milton_protocol.geometry.cells import cell_at
from milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from milton_protocol.messages.homes.camera_entry import AreaPlace, EntryState, ExactPlace, StreetPlace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from milton_protocol.fields import Fields
    from milton_protocol.messages.homes.camera_entry import CameraEntry, Place

CONFIRMED_FOR = timedelta(days=365)
GRACE = timedelta(days=14)
ENTRIES_MAX = 50  # that aren't erased; a large shop has some dozens of cameras
NUMBERS_MAX = 1_000  # with those that were erased


class Conflict(StrEnum):
    """What an entry can't become, as things are."""

    ENTRY_ERASED = "entry_erased"
    NUMBER_WRONG = "number_wrong"
    REVISION_OLD = "revision_old"
    TOO_MANY_ENTRIES = "too_many_entries"

    def refusal(self) -> HubError:
        """Return the refusal (409)."""
        return HubError(self.value, web.HTTPConflict.status_code, _CONFLICTS[self])


_CONFLICTS: Mapping[Conflict, str] = {
    Conflict.ENTRY_ERASED: "That entry was erased.",
    Conflict.NUMBER_WRONG: "A camera was added elsewhere. Load the page again.",
    Conflict.REVISION_OLD: "The entry was changed elsewhere. Load the page again.",
    Conflict.TOO_MANY_ENTRIES: f"An account has at most {ENTRIES_MAX} cameras.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What a browser sends of an entry."""

    number: int
    envelope: bytes

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """Read it strictly; raise ProtocolError."""
        put = cls(
            number=fields.integer("number", 1, NUMBERS_MAX),
            envelope=fields.base64("envelope", 1, MESSAGE_SIZE_MAX_BYTES),
        )
        fields.done()
        return put


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now, and the day that it is by the agency's clocks."""

    at: datetime
    day: date


async def entries_of(session: AsyncSession, account_id: str) -> Sequence[Entry]:
    """Return an account's entries in the order of their numbers, erased ones among them."""
    own = select(Entry).where(Entry.account_id == account_id).order_by(Entry.number)
    return (await session.scalars(own)).all()


async def put_entry(session: AsyncSession, account_id: str, put: Put, entry: CameraEntry, now: Moment) -> Entry:
    """Create or replace an entry; the same bytes again change nothing.

    Raises ``entry_unknown`` (404) for another's, ``number_wrong``, ``revision_old``, ``entry_erased`` (409), and
    ``too_many_entries`` (409).
    """
    if await session.get(Account, account_id, with_for_update=True) is None:
        raise not_signed_in()  # erased meanwhile
    row = await session.get(Entry, entry.entry_id)
    if row is None:
        row = await _created(session, account_id, put, entry, now)
    elif row.account_id != account_id:
        raise _unknown()
    elif is_repeat(row, put, entry):
        return row
    elif row.state == EntryState.ERASED:
        raise Conflict.ENTRY_ERASED.refusal()
    elif row.number != put.number or row.revision >= entry.revision:
        raise Conflict.REVISION_OLD.refusal()
    _write(row, put, entry, now)
    await session.flush()
    return row


def is_repeat(row: Entry, put: Put, entry: CameraEntry) -> bool:
    """Say whether an entry is as this call leaves it."""
    if row.state == EntryState.ERASED:
        return entry.state is EntryState.ERASED and (row.number, row.revision) == (put.number, entry.revision)
    return row.number == put.number and row.envelope == put.envelope


async def confirm(session: AsyncSession, account_id: str, entry_id: str, now: Moment) -> Entry:
    """Keep an entry for another year; raise ``entry_unknown`` (404), also for another's and an erased one."""
    row = await session.get(Entry, entry_id)
    if row is None or row.account_id != account_id or row.state == EntryState.ERASED:
        raise _unknown()
    row.confirm_by = now.day + CONFIRMED_FOR
    return row


async def erase_unconfirmed(session: AsyncSession, now: Moment) -> int:
    """Erase the entries whose owners didn't confirm them in time; return how many."""
    late = select(Entry).where(Entry.state != EntryState.ERASED, Entry.confirm_by < now.day - GRACE)
    rows = (await session.scalars(late)).all()
    for row in rows:
        erase(row, now.at)
    return len(rows)


def erase(row: Entry, at: datetime) -> None:
    """Leave of an entry its id, number and revision."""
    _place(row, None)
    row.state, row.envelope, row.keeps_days, row.confirm_by, row.erased_at = EntryState.ERASED, None, None, None, at


async def _created(session: AsyncSession, account_id: str, put: Put, entry: CameraEntry, now: Moment) -> Entry:
    own = select(func.max(Entry.number), func.count().filter(Entry.state != EntryState.ERASED))
    last, there = (await session.execute(own.where(Entry.account_id == account_id))).one()
    if there >= ENTRIES_MAX:
        raise Conflict.TOO_MANY_ENTRIES.refusal()
    if put.number != (last or 0) + 1 or entry.state is EntryState.ERASED:
        raise Conflict.NUMBER_WRONG.refusal()
    row = Entry(entry_id=entry.entry_id, account_id=account_id, number=put.number)
    row.confirm_by = now.day + CONFIRMED_FOR
    session.add(row)
    return row


def _write(row: Entry, put: Put, entry: CameraEntry, now: Moment) -> None:
    row.revision = entry.revision
    if entry.state is EntryState.ERASED:
        erase(row, now.at)
        return
    row.state, row.envelope, row.keeps_days = entry.state.value, put.envelope, entry.keeps_days
    _place(row, entry.place)


def _place(row: Entry, place: Place | None) -> None:
    """Write a place into the columns that repeat it; None leaves them empty."""
    row.cell_row = row.cell_column = row.lat_e7 = row.lon_e7 = row.heading_deg = row.field_of_view_deg = None
    row.street = place.street if isinstance(place, StreetPlace) else None
    if isinstance(place, AreaPlace):
        row.cell_row, row.cell_column = place.cell.row, place.cell.column
    if isinstance(place, ExactPlace):
        cell = cell_at(place.point)
        row.cell_row, row.cell_column = cell.row, cell.column
        row.lat_e7, row.lon_e7 = place.point.lat_e7, place.point.lon_e7
        row.heading_deg, row.field_of_view_deg = place.heading_deg, place.field_of_view_deg


def _unknown() -> HubError:
    rule = "entry_unknown"
    return HubError(rule, web.HTTPNotFound.status_code, "You have no such entry.")
