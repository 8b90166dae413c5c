"""What an approver may ask and do. Every method judges the caller's session by law 6 before anything else.

Refusals are `MiltonShareError` with the rule's name. Make the session with
`session.session_of(hass, connection.user, connection.refresh_token_id)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..approvers.refused_acts import Act, act_to_note, kind_of

if TYPE_CHECKING:
    from ..approvers.model import ApproverView
    from ..approvers.refused_acts import AttemptRepository, Kind
    from ..approvers.rules import Session
    from ..approvers.service import ApproverService
    from ..city.map import CityMap
    from .decisions import DecisionService
    from .evidence import EvidenceService
    from .files import FileService
    from .folders import FolderService
    from .household import HouseholdPanel
    from .models import HomeState
    from .own_clips import OwnClipService
    from .review import ReviewService
    from .settings import SettingsService
    from .shares import ShareService
    from .state import StateReader


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelService:
    """Where an approver looks and decides: a desk for each kind of thing."""

    approvers: ApproverService
    attempts: AttemptRepository
    map: CityMap
    state: StateReader
    review: ReviewService
    decisions: DecisionService
    evidence: EvidenceService
    files: FileService
    folders: FolderService
    own: OwnClipService
    shares: ShareService
    settings: SettingsService
    household: HouseholdPanel

    def approver_for(self, session: Session) -> ApproverView:
        """Return what this person may do; open to every signed-in person, for it says only that."""
        return self.approvers.view(session)

    async def note_refused(self, session: Session, user_name: str, command: str, rule: str) -> None:
        """Keep for the approvers to see that somebody tried what was refused; most refusals of reading are nothing."""
        act = act_to_note(command, rule)
        if act is not None:
            await self.attempts.note(
                user_id=session.user_id, user_name=user_name, kind=kind_of(session), act=act, rule=rule
            )

    async def note_other_way(self, user_id: str, user_name: str, kind: Kind, rule: str) -> None:
        """Keep that somebody tried to approve by a way that there is not, such as a notification's button."""
        await self.attempts.note(user_id=user_id, user_name=user_name, kind=kind, act=Act.APPROVE, rule=rule)

    def state_for(self, session: Session) -> HomeState:
        """Return the whole state for an approver."""
        self.approvers.require(session)
        return self.state.read(session)

    async def map_pack(self, session: Session) -> tuple[str, str]:
        """Return the digest and the text of the city's map. Raises `no_map`."""
        self.approvers.require(session)
        return await self.map.pack()
