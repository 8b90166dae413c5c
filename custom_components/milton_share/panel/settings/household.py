"""The household's settings and leaving the program: approvers see them, the owner changes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeassistant.util import dt as dt_util

from ...errors import MiltonShareError
from ..models.home import HouseholdView, PhoneView

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ...approvers.rules import Session
    from ...approvers.service import ApproverService
    from ...household.service import HouseholdService
    from ...notifications.phones import PhoneRepository
    from ...runtime.recording import Recording

_CLOCK = "%H:%M"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdPanel:
    """Reads and changes the household's settings, and leaves the program."""

    approvers: ApproverService
    household: HouseholdService
    phones: PhoneRepository
    recording: Recording
    on_spoken: Callable[[], None]  # called when the owner paused or resumed: what came meanwhile is looked at
    on_change: Callable[[], None]
    end: Callable[[], Awaitable[None]]

    def view(self) -> HouseholdView:
        """Return the settings, and the approvers' phones."""
        settings = self.household.settings
        quiet, pause = settings.quiet, settings.paused(dt_util.utcnow())
        return HouseholdView(
            phones=tuple(
                PhoneView(
                    service=phone.service,
                    name=phone.name,
                    told=settings.phones is None or phone.service in settings.phones,
                )
                for phone in self.phones.all()
            ),
            quiet_from=quiet.from_.strftime(_CLOCK) if quiet else None,
            quiet_until=quiet.until.strftime(_CLOCK) if quiet else None,
            urgent_breaks_quiet=settings.urgent_breaks_quiet,
            weekly_cap=settings.weekly_cap,
            reminder=settings.reminder,
            audio=settings.audio,
            named=settings.named,
            storage_gb=settings.storage_gb,
            keep_days=settings.keep_days,
            paused=pause is not None,
            paused_until=pause.until if pause else None,
        )

    async def set(self, session: Session, **changes: Any) -> None:  # noqa: ANN401  each setting has a kind of its own
        """Change these settings, named as in `Household`; only the owner can. Raises `not_owner`."""
        self.approvers.require(session)
        if not session.is_owner:
            rule = "not_owner"
            raise MiltonShareError(rule)
        await self.household.change(**changes)
        self.recording.resize()
        if "pause" in changes:
            self.on_spoken()
        self.on_change()

    async def leave(self, session: Session, pin: str) -> None:
        """Leave the program: wipes this home's data at once and asks the hub until it answers; only the owner can.

        Raises `not_owner`, `wrong_pin`, `pin_locked`.
        """
        self.approvers.require(session)
        await self.approvers.require_owner(session, pin)
        await self.end()
