"""Enroll homes and let them go.

Invariants: a code works once, for one home; the hub keeps a home's token, and the code it came by, as digests only;
wrong codes are counted even though they are refused; nothing here or in the audit trail says what a home does later.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from hub.audit.trail import record
from hub.db.engine import after_commit
from hub.enrollment import tries
from hub.enrollment.model import EnrollmentCode, Home
from hub.kit.access import ANY_HOME, Action, Actor, require
from hub.kit.codes import new_code, normalise
from hub.kit.digests import secret_digest
from hub.kit.errors import HubError
from hub.kit.guesses import network_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.enrollment.secrets import EnrollmentSecret

CODE_VALID = timedelta(days=14)  # handed over at a door or in a letter
NOT_FOUND = 404
CONFLICT = 409
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What an enrollment gives: the bearer token and the user name at the broker."""

    home_token: str
    mqtt_username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Which home left, and when it did so first."""

    home_id: str
    at: datetime


class Enrollment:
    """Codes and homes."""

    def __init__(self, secret: EnrollmentSecret) -> None:
        """Derive tokens and digests from ``secret``."""
        self._secret = secret

    async def new_code(self, session: AsyncSession, actor: Actor, *, cell: str, at: datetime) -> str:
        """Make a single-use code for a home in ``cell``; it is shown once and kept as a digest."""
        require(actor, Action.CODE_NEW)
        code = new_code()
        digest = self._secret.code_digest(code)
        session.add(EnrollmentCode(code_sha256=digest, cell=cell, created_at=at, expires_at=at + CODE_VALID))
        await record(session, at=at, actor=actor, action="enrolment.code_made", subject=f"cell {cell}")
        return code

    async def is_known(self, session: AsyncSession, code: str, at: datetime) -> bool:
        """Say whether a code is one of the hub's that was used, or can still be."""
        normal = normalise(code)
        row = None if normal is None else await session.get(EnrollmentCode, self._secret.code_digest(normal))
        return row is not None and (row.used_at is not None or at < row.expires_at)

    async def is_spent(self, session: AsyncSession, address: str, at: datetime) -> bool:
        """Say whether so many wrong codes came from the address's network that no further one is written down."""
        return await tries.is_spent(session, self._network(address), at)

    async def note_wrong_code(self, session: AsyncSession, address: str, at: datetime) -> None:
        """Count a wrong try, and audit it (in its own transaction, for the enrolment's was rolled back).

        Beyond ``tries.NOTED_IN_ALL`` within an hour the trail and the log say once that somebody guesses.
        """
        in_all = await tries.note_wrong(session, self._network(address), at)
        if in_all <= tries.NOTED_IN_ALL:
            await record(session, at=at, actor=ANY_HOME, action="enrolment.code_unknown", subject="-")
        if in_all == tries.NOTED_IN_ALL:
            await record(session, at=at, actor=ANY_HOME, action="enrolment.many_wrong_codes", subject="-")
            after_commit(session, _warn)

    def _network(self, address: str) -> str:
        return self._secret.address_digest(network_of(address))

    async def enrol(
        self, session: AsyncSession, *, code: str, home_id: str, device_key: bytes, at: datetime
    ) -> Enrolled:
        """Enroll a home; the same code from the same home gets the same answer again.

        Raises ``code_unknown`` (404: wrong or expired) and ``code_used`` (409: another home's, or this one left).
        """
        normal = normalise(code)
        row = None
        if normal is not None:
            row = await session.get(EnrollmentCode, self._secret.code_digest(normal), with_for_update=True)
        if normal is None or row is None or (row.used_at is None and row.expires_at <= at):
            raise code_unknown()
        token = self._secret.home_token(normal, home_id)
        home = await session.get(Home, home_id)
        if row.used_at is None:
            home = await self._use(session, row, home, home_id=home_id, device_key=device_key, token=token, at=at)
        elif row.home_id != home_id or home is None or home.token_sha256 != secret_digest(token) or home.left_at:
            rule = "code_used"
            raise HubError(rule, CONFLICT, "This code was used before.")
        return Enrolled(home_token=token, mqtt_username=home.mqtt_username)

    async def _use(  # noqa: PLR0913 - the columns of a home
        self,
        session: AsyncSession,
        row: EnrollmentCode,
        home: Home | None,
        *,
        home_id: str,
        device_key: bytes,
        token: str,
        at: datetime,
    ) -> Home:
        """Bind ``row`` to the home; a home that comes back with a new code keeps its row and gets a new token."""
        row.home_id, row.used_at = home_id, at
        if home is None:
            home = Home(home_id=home_id, mqtt_username=self._secret.mqtt_username(home_id))
            session.add(home)
        home.token_sha256, home.device_key, home.cell = secret_digest(token), device_key, row.cell
        home.enrolled_at, home.left_at = at, None
        await record(session, at=at, actor=ANY_HOME, action="enrolment.enrolled", subject=f"cell {row.cell}")
        return home

    async def is_enrolled(self, session: AsyncSession, token: str) -> bool:
        """Say whether ``token`` is that of a home that takes part now."""
        left_at = select(Home.left_at).where(Home.token_sha256 == secret_digest(token))
        row = (await session.execute(left_at)).one_or_none()
        return row is not None and row.left_at is None

    async def home_of(self, session: AsyncSession, token: str) -> Home:
        """Return the home that has, or had, this token; raise ``home_unknown`` for one that never was."""
        home = await session.scalar(select(Home).where(Home.token_sha256 == secret_digest(token)))
        if home is None:
            rule = "home_unknown"
            raise HubError(rule, 401, "This home is not enrolled here.")
        return home

    async def leave(self, session: AsyncSession, token: str, *, at: datetime) -> Left:
        """Let the home go: both credentials end and what is known of it is wiped. A repeat is answered the same.

        What stays answers a repeat: the home's number, its token's digest, and when it joined and left.
        Raises ``home_unknown`` for a token that never was.
        """
        require(ANY_HOME, Action.PROGRAMME_LEAVE)
        home = await self.home_of(session, token)
        if home.left_at is not None:
            return Left(home_id=home.home_id, at=home.left_at)
        await record(session, at=at, actor=ANY_HOME, action="enrolment.left", subject=f"cell {home.cell}")
        home.left_at, home.device_key, home.cell = at, b"", ""
        await session.execute(update(EnrollmentCode).where(EnrollmentCode.home_id == home.home_id).values(cell=""))
        return Left(home_id=home.home_id, at=at)

    async def mqtt_usernames(self, session: AsyncSession) -> frozenset[str]:
        """Return the broker's user names of every home that takes part now."""
        return frozenset((await session.scalars(select(Home.mqtt_username).where(Home.left_at.is_(None)))).all())


def code_unknown() -> HubError:
    """Return the answer to a wrong code."""
    rule = "code_unknown"
    return HubError(rule, NOT_FOUND, "This code is not known, or has expired.")


def _warn() -> None:
    _LOGGER.warning("Somebody guesses enrollment codes: %s wrong ones within an hour", tries.NOTED_IN_ALL)
