"""Everything that approvers can read and do. Every method first checks the caller's session by law 6.

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
    from .models.home import HomeState
    from .own_clips import OwnClipService
    from .requests.decisions import DecisionService
    from .requests.evidence import EvidenceService
    from .requests.files import FileService
    from .requests.review import ReviewService
    from .requests.shares import ShareService
    from .settings.folders import FolderService
    from .settings.household import HouseholdPanel
    from .settings.service import SettingsService
    from .state import StateReader


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelService:
    """The panel's services, one for each kind of thing."""

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
        """Return what this person may do; open to everyone signed in, since it says only that."""
        return self.approvers.view(session)

    async def note_refused(self, session: Session, user_name: str, command: str, rule: str) -> None:
        """Record a refused attempt for the approvers to see; most refused reads aren't recorded."""
        act = act_to_note(command, rule)
        if act is not None:
            await self.attempts.note(
                user_id=session.user_id, user_name=user_name, kind=kind_of(session), act=act, rule=rule
            )

    async def note_other_way(self, user_id: str, user_name: str, kind: Kind, rule: str) -> None:
        """Record an attempt to approve in a way that doesn't exist, such as a notification's button."""
        await self.attempts.note(user_id=user_id, user_name=user_name, kind=kind, act=Act.APPROVE, rule=rule)

    def state_for(self, session: Session) -> HomeState:
        """Return the whole state for an approver."""
        self.approvers.require(session)
        return self.state.read(session)

    async def map_pack(self, session: Session) -> tuple[str, str]:
        """Return the digest and the text of the city's map. Raises `no_map`."""
        self.approvers.require(session)
        return await self.map.pack()
