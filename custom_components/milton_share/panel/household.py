"""Where the owner sets what holds for all requests, and leaves; approvers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homeassistant.util import dt as dt_util

from ..errors import MiltonShareError
from .models import HouseholdView, PhoneView

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..approvers.rules import Session
    from ..runtime.parts import Parts
    from ..runtime.scheduler import Rounds

_CLOCK = "%H:%M"


class HouseholdDesk:
    """The household's settings, and whether it takes part at all."""

    def __init__(
        self, parts: Parts, rounds: Rounds, on_change: Callable[[], None], leave: Callable[[], Awaitable[None]]
    ) -> None:
        """Take what it shows and changes; ``leave`` ends it all."""
        self._parts, self._rounds, self._on_change, self._leave = parts, rounds, on_change, leave

    def view(self) -> HouseholdView:
        """Return the settings, and the approvers' phones."""
        settings = self._parts.household.settings
        quiet, pause = settings.quiet, settings.paused(dt_util.utcnow())
        return HouseholdView(
            phones=tuple(
                PhoneView(
                    service=phone.service,
                    name=phone.name,
                    told=settings.phones is None or phone.service in settings.phones,
                )
                for phone in self._parts.phones.all()
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
        """Keep these of the settings, by their names in `Household`; only the owner can. Raises `not_owner`."""
        self._parts.approvers.require(session)
        if not session.is_owner:
            rule = "not_owner"
            raise MiltonShareError(rule)
        await self._parts.household.change(**changes)
        self._parts.recording.resize()
        if "pause" in changes:
            self._rounds.owner_spoke()  # what came meanwhile is looked at; the hub is asked nothing
        self._on_change()

    async def leave(self, session: Session, pin: str) -> None:
        """Leave the programme: what is here is wiped at once, the hub is asked until it answers; only the owner can.

        Raises `not_owner`, `wrong_pin`, `pin_locked`.
        """
        self._parts.approvers.require(session)
        await self._parts.approvers.require_owner(session, pin)
        await self._leave()
