"""The approvers of this home, and their PINs: tries are written down before a PIN is compared."""

from __future__ import annotations

import asyncio
from functools import partial
from secrets import token_bytes
from typing import TYPE_CHECKING

from ..errors import MiltonShareError
from ..storage.durable_steps import Step
from . import repository
from .model import ApproverView
from .rules import (
    SALT_SIZE_BYTES,
    Approver,
    Refusal,
    count_try,
    forgive,
    is_locked,
    pin_is_well_formed,
    pin_matches,
    refuse,
    refuse_session,
    tries_left,
    with_pin,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..processes.executor import RunBlocking
    from ..storage.database import HomeDatabase
    from .rules import Session


class ApproverService:
    """The only writer of approvers."""

    def __init__(self, database: HomeDatabase, run_blocking: RunBlocking, now: Callable[[], datetime]) -> None:
        """Do nothing yet; `load` reads."""
        self._database = database
        self._run_blocking = run_blocking
        self._now = now
        self._approvers: dict[str, Approver] = {}
        self._lock = asyncio.Lock()  # two guesses at once are two tries

    async def load(self) -> None:
        """Read what was kept."""
        self._approvers = await self._database.read(repository.all_approvers)

    async def bind(self, approver: Approver) -> None:
        """Keep an approver whose PIN was set in a flow, in place of an earlier one; once, however often it is told."""
        if await self._database.run(Step.PIN_BOUND, partial(repository.bind, approver=approver)):
            self._approvers[approver.user_id] = approver

    def view(self, session: Session) -> ApproverView:
        """Return what this person may do."""
        approver = self._approvers.get(session.user_id)
        return ApproverView(
            refusal=refuse(session, self._approvers),
            is_owner=session.is_owner,
            has_pin=approver is not None and approver.has_pin,
            tries_left=tries_left(approver, self._now()) if approver else 0,
            locked_until=approver.locked_until if approver and is_locked(approver, self._now()) else None,
        )

    def named(self) -> dict[str, bool]:
        """Return who may approve, by user id, and whether that person has a PIN yet."""
        return {approver.user_id: approver.has_pin for approver in self._approvers.values()}

    def require(self, session: Session) -> None:
        """Raise MiltonShareError with the refusal's name unless this session may act (law 6)."""
        refusal = refuse(session, self._approvers)
        if refusal is not None:
            raise MiltonShareError(refusal)

    async def check_pin(self, session: Session, pin: str) -> None:
        """Raise MiltonShareError unless this session may act and the PIN is right: `wrong_pin`, `pin_locked`."""
        self.require(session)
        await self._try(session.user_id, pin)

    async def set_pin(self, session: Session, pin: str, old_pin: str | None) -> None:
        """Set this person's PIN and bind it to the login of this session.

        Where there is a PIN, it is needed, and the login that it belongs to: else whoever makes another login for
        this person could lock the PIN, or take it over with a PIN that was seen.
        """
        refusal = refuse_session(session)
        if refusal is not None or session.credential_id is None:
            raise MiltonShareError(refusal or Refusal.WRONG_LOGIN)
        approver = self._bindable(session)
        self.require_form(pin)
        if approver.has_pin:
            await self._try(session.user_id, old_pin or "")
        made = await self.made(self._run_blocking, session.user_id, session.credential_id, pin)
        async with self._lock:
            self._bindable(session)
            await self._save(Step.PIN_SET, made)

    async def name(self, session: Session, user_id: str, pin: str) -> None:
        """Make another person an approver; that person sets a PIN next."""
        await self.require_owner(session, pin)
        async with self._lock:
            if user_id not in self._approvers:
                await self._save(Step.APPROVER_NAMED, Approver(user_id=user_id))

    async def remove(self, session: Session, user_id: str, pin: str) -> None:
        """Take that back. The owner stays."""
        await self.require_owner(session, pin)
        if user_id == session.user_id:
            rule = "owner_stays"
            raise MiltonShareError(rule)
        async with self._lock:  # a PIN that is being tried meanwhile brings nobody back
            await self._database.run(Step.APPROVER_REMOVED, partial(repository.remove, user_id=user_id))
            self._approvers.pop(user_id, None)

    @staticmethod
    def require_form(pin: str) -> None:
        """Raise MiltonShareError `pin_form` unless this can be a PIN."""
        if not pin_is_well_formed(pin):
            rule = "pin_form"
            raise MiltonShareError(rule)

    @staticmethod
    async def made(run_blocking: RunBlocking, user_id: str, credential_id: str, pin: str) -> Approver:
        """Return an approver with this PIN."""
        return await run_blocking(partial(with_pin, user_id, credential_id, pin, token_bytes(SALT_SIZE_BYTES)))

    async def require_owner(self, session: Session, pin: str) -> None:
        """Raise MiltonShareError unless this is the owner, who may act, and the PIN is right."""
        if not session.is_owner:
            rule = "not_owner"
            raise MiltonShareError(rule)
        await self.check_pin(session, pin)

    def _bindable(self, session: Session) -> Approver:
        approver = self._approvers.get(session.user_id)
        if approver is None:
            raise MiltonShareError(Refusal.NOT_APPROVER)
        if approver.has_pin and approver.credential_id != session.credential_id:
            raise MiltonShareError(Refusal.OTHER_LOGIN)
        return approver

    async def _try(self, user_id: str, pin: str) -> None:
        async with self._lock:
            approver = self._approvers.get(user_id)
            if approver is None:  # removed while this waited
                raise MiltonShareError(Refusal.NOT_APPROVER)
            if is_locked(approver, self._now()):
                rule = "pin_locked"
                raise MiltonShareError(rule)
            counted = count_try(approver, self._now())
            await self._save(Step.PIN_TRIED, counted)
            if not await self._run_blocking(partial(pin_matches, approver, pin)):
                rule = "wrong_pin"
                raise MiltonShareError(rule)
            await self._save(Step.PIN_RIGHT, forgive(counted))

    async def _save(self, step: Step, approver: Approver) -> None:
        await self._database.run(step, partial(repository.save, approver=approver))
        self._approvers[approver.user_id] = approver
