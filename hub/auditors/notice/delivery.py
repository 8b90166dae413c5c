"""Tell notices, apart from every act: a flag waits in its own table until each way out has taken it.

Invariants: flags are told in the order of their numbers, each at least once (whoever hears one twice knows it by its
number); a way out that does not take them is tried again, later each time, for as long as it takes; a notice goes out
once a day though there is no flag, so that silence says something too. What waits is bounded: a flag is one for a
person and a day (hub.auditors.flags.rules), and a way out is one row.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.audit.trail import Head
from hub.auditors.model import ChannelRow, FlagRow
from hub.auditors.notice.errors import NotToldError
from hub.auditors.notice.notice import FLAGS_MAX, notice_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hub.auditors.notice.notice import OversightNotice
    from hub.db.engine import Database

RETRY_FIRST = timedelta(minutes=1)
RETRY_MAX = timedelta(hours=6)
HEARD_EVERY = timedelta(days=1)
RUN_MAX_S = 90  # below a job's lease; what is left waits for the next run
NOTICES_MAX = 20  # of one run
_LOGGER = logging.getLogger(__name__)


class Channel(Protocol):
    """One way out."""

    @property
    def name(self) -> str:
        """Return what its row is called."""

    async def tell(self, notice: OversightNotice) -> None:
        """Hand a notice over; raise NotToldError."""


class Delivery:
    """Tells the flags of one hub by its channels."""

    def __init__(  # noqa: PLR0913 - what it reads, by which clock, and who is told
        self,
        *,
        database: Database,
        clock: Callable[[], datetime],
        agency_id: str,
        hub_key: Ed25519PrivateKey,
        channels: Sequence[Channel],
        run_max_s: float = RUN_MAX_S,
    ) -> None:
        """Sign with ``hub_key``."""
        self._run_max_s = run_max_s
        self._database = database
        self._clock = clock
        self._agency_id = agency_id
        self._hub_key = hub_key
        self._channels = channels

    async def run(self) -> None:
        """Tell what waits, by each channel; none waits for another."""
        try:
            async with asyncio.timeout(self._run_max_s):
                await asyncio.gather(*(self._serve(channel) for channel in self._channels))
        except TimeoutError:
            _LOGGER.warning("Oversight notices are slow to be taken; the rest waits for the next minute")

    async def _serve(self, channel: Channel) -> None:
        for _ in range(NOTICES_MAX):
            flags, head, is_due = await self._waiting(channel.name)
            if not is_due:
                return
            notice = notice_of(flags, head, agency_id=self._agency_id, at=self._clock(), hub_key=self._hub_key)
            try:
                await channel.tell(notice)
            except NotToldError as error:
                await self._keep(channel.name, None)
                _LOGGER.warning("An oversight notice was not taken by the %s (%s); it waits", channel.name, error)
                return
            await self._keep(channel.name, flags[-1].number if flags else 0)

    async def _waiting(self, name: str) -> tuple[Sequence[FlagRow], Head, bool]:
        """Return the next flags to tell by a channel, the trail's end, and whether anything is to be told now."""
        now = self._clock()
        async with self._database.reading() as session:
            row = await session.get(ChannelRow, name)
            told = 0 if row is None else row.told_flag
            later = select(FlagRow).where(FlagRow.number > told).order_by(FlagRow.number).limit(FLAGS_MAX)
            flags = (await session.scalars(later)).all()
            last = await session.scalar(select(AuditRow).order_by(AuditRow.number.desc()).limit(1))
        head = Head() if last is None else Head(number=last.number, digest=last.digest)
        return flags, head, is_due(row, has_flags=bool(flags), now=now)

    async def _keep(self, name: str, told_flag: int | None) -> None:
        """Note what was told (0: no flag), or that it was not (None)."""
        now = self._clock()
        async with self._database.session("oversight.told") as session:
            row = await session.get(ChannelRow, name, with_for_update=True)
            if row is None:
                row = ChannelRow(name=name, told_flag=0, tries=0)
                session.add(row)
            if told_flag is None:
                row.next_at = now + retry_after(row.tries)
                row.tries += 1
            else:
                row.told_flag, row.told_at = max(row.told_flag, told_flag), now
                row.tries, row.next_at = 0, None


def is_due(row: ChannelRow | None, *, has_flags: bool, now: datetime) -> bool:
    """Say whether a channel is to be told something now; a clock that was put back delays nothing for long."""
    if row is None:
        return True
    if row.next_at is not None:
        return not now < row.next_at <= now + RETRY_MAX
    return has_flags or row.told_at is None or not row.told_at <= now < row.told_at + HEARD_EVERY


def retry_after(tries: int) -> timedelta:
    """Return how long to wait after so many failures before this one."""
    return min(RETRY_FIRST * (1 << min(tries, 10)), RETRY_MAX)
