"""An approver's settings: cameras, their PIN, other approvers, and required witnesses of the public log.

Every method judges the caller's session by law 6 first. Refusals are `MiltonShareError` with the rule's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...cameras.matching import is_eligible
from ...errors import MiltonShareError
from ...shared.milton_protocol.errors import ProtocolError
from ...shared.milton_protocol.translog.rules import LogRule
from ...shared.milton_protocol.translog.verifier_key import VerifierKey
from ...shared.milton_protocol.translog.witness import WitnessPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...approvers.rules import Session
    from ...approvers.service import ApproverService
    from ...cameras.model import CameraSettings, CameraView
    from ...cameras.service import CameraService
    from ...city.service import CityWatch
    from ...runtime.recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsService:
    """Changes cameras and PINs and, for the owner, approvers and the trusted log and witnesses."""

    approvers: ApproverService
    camera_book: CameraService
    city: CityWatch
    recording: Recording
    on_spoken: Callable[[], None]  # requests are matched again
    on_change: Callable[[], None]  # what is shown changed

    def cameras(self, session: Session) -> tuple[CameraView, ...]:
        """Return this home's cameras with their settings."""
        self.approvers.require(session)
        return self.camera_book.views()

    async def set_camera(self, session: Session, settings: CameraSettings) -> None:
        """Save a camera's settings, then match open requests again.

        That a camera may be asked, which was not asked before, only the owner says: whom the owner named to decide
        about the street would else let themselves into the house. Raises `not_owner`, `unknown_camera`,
        `never_eligible` (indoor or unclassified), `no_position`, `out_of_bounds`.
        """
        self.approvers.require(session)
        before = self.camera_book.settings.get(settings.camera_id)
        if is_eligible(settings) and not (session.is_owner or (before and is_eligible(before))):
            rule = "not_owner"
            raise MiltonShareError(rule)
        await self.camera_book.save(settings)
        await self.recording.update()
        self.on_spoken()

    async def ask_no_more(self, session: Session, camera_id: str) -> None:
        """Stop requests to a camera, even one that Home Assistant no longer has. Raises `unknown_camera`."""
        self.approvers.require(session)
        await self.camera_book.ask_no_more(camera_id)
        await self.recording.update()
        self.on_spoken()

    async def set_pin(self, session: Session, pin: str, old_pin: str | None) -> None:
        """Set or change this approver's PIN and bind it to the login of this session.

        ``old_pin`` is needed where one is set. Raises `pin_form`, `wrong_pin`, `pin_locked`, `not_approver`.
        """
        await self.approvers.set_pin(session, pin, old_pin)
        self.on_change()

    def named_approvers(self, session: Session) -> dict[str, bool]:
        """Return who may approve, by user id, and whether that person has a PIN yet."""
        self.approvers.require(session)
        return self.approvers.named()

    async def name_approver(self, session: Session, user_id: str, pin: str) -> None:
        """Add an approver; only the owner can, with the PIN. The new approver then sets their own PIN."""
        await self.approvers.name(session, user_id, pin)

    async def remove_approver(self, session: Session, user_id: str, pin: str) -> None:
        """Remove an approver; only the owner can. Raises `not_owner`, `owner_stays`, `wrong_pin`, `pin_locked`."""
        await self.approvers.remove(session, user_id, pin)
        self.on_change()

    async def accept_log(self, session: Session, origin: str, public_key: str, pin: str) -> None:
        """Accept the new public log named by the city's root key; only the owner can.

        ``origin`` and ``public_key`` (hex) are those that the owner was shown. Raises `not_owner`, `wrong_pin`,
        `pin_locked`, `log_changed` where the city names another log by now.
        """
        self.approvers.require(session)
        await self.approvers.require_owner(session, pin)
        if not await self.city.accept_log(origin, bytes.fromhex(public_key)):
            rule = "log_changed"
            raise MiltonShareError(rule)
        self.on_spoken()

    async def set_witnesses(self, session: Session, quorum: int, vkeys: Sequence[str], pin: str) -> None:
        """Require this many of these witnesses of the public log; only the owner can.

        The city's own quorum, which its root signed, holds beside it: the greater of both counts. Raises `not_owner`,
        `wrong_pin`, `pin_locked`, `verifier_key_malformed`, `key_weak`, `witness_policy_malformed`.
        """
        self.approvers.require(session)
        try:
            policy = WitnessPolicy(quorum=quorum, witnesses=tuple(map(VerifierKey.parse, vkeys)))
        except ProtocolError as error:
            raise MiltonShareError(error.rule) from error
        if quorum > len(policy.witnesses):
            raise MiltonShareError(LogRule.WITNESS_POLICY_MALFORMED)
        await self.approvers.require_owner(session, pin)
        await self.city.set_witnesses(policy)
        self.on_spoken()
