"""An approver's decisions about a case. Every method first checks the caller's session by law 6.

Refusals are `MiltonShareError` with the rule's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.util import dt as dt_util

from ...cases.manifest import Choices
from ...const import SOURCES_KEPT
from ...errors import MiltonShareError

if TYPE_CHECKING:
    from ...approvers.rules import Session
    from ...approvers.service import ApproverService
    from ...cameras.service import CameraService
    from ...cases.added_files import AddedFiles
    from ...cases.door_codes import DoorCodes
    from ...cases.door_codes_table import DoorCode
    from ...cases.lapsed import LapsedHolds
    from ...cases.repository import CaseRepository
    from ...cases.service import CaseWorkflow
    from ...outbox.worker import Outbox
    from ...review.served import ServedClips
    from ...runtime.scheduler import Scheduler


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionService:
    """Takes door codes, approves, declines, and wipes what is held."""

    approvers: ApproverService
    scheduler: Scheduler
    book: CaseRepository
    door_codes: DoorCodes
    files: AddedFiles
    cameras: CameraService
    workflow: CaseWorkflow
    lapsed: LapsedHolds
    outbox: Outbox
    served: ServedClips

    async def enter_code(self, session: Session, text: str) -> DoorCode:
        """Take a door code: it opens its request now, or waits for it. Nobody outside is told.

        Raises `door_code_form` for a text that can't be one.
        """
        self.approvers.require(session)
        assessment = await self.scheduler.judge()
        code = await self.door_codes.enter(text, assessment.verified().values(), self.scheduler.now())
        self.scheduler.owner_spoke()
        return code

    async def approve(  # noqa: PLR0913  each is a word of law 6's consent
        self,
        session: Session,
        case_id: str,
        *,
        clip_sha256: str,
        recipients_sha256: str,
        pin: str,
        named: bool,
        keep_sources: bool,
    ) -> str:
        """Approve exactly this clip, which was sent to this session, for exactly these recipients.

        Returns the share's id once it is durable.
        ``recipients_sha256``: all of the request's, or its custodians' alone, for a child or something intimate may be
        seen; the clip is sealed to no other.
        ``named``: share under the home's device key and with the camera's place. ``keep_sources``: keep the recordings
        12 months for the court; behind a drill's test card there are none. Raises `wrong_pin`, `pin_locked`,
        `unknown_case`, `not_reviewing`, `other_clip`, `other_recipients`, `clip_not_shown`, or the rule by which the
        request is refused now.
        """
        self.approvers.require(session)
        verified = await self.scheduler.verified(self.book.case(case_id).request_id)
        review = self.workflow.check_approval(case_id, clip_sha256)
        recipients = verified.request.sealed_to(recipients_sha256)
        if recipients is None:
            rule = "other_recipients"
            raise MiltonShareError(rule)
        if not self.served.was_sent(session.session_id, review.files):
            rule = "clip_not_shown"
            raise MiltonShareError(rule)
        await self.approvers.check_pin(session, pin)
        review = self.workflow.check_approval(case_id, clip_sha256)
        now = dt_util.utcnow().replace(microsecond=0)
        share_id = await self.workflow.approve(
            verified,
            review,
            case_id,
            self.files.place_of(self.book.case(case_id), self.cameras.settings),
            Choices(
                approved_by=session.user_id,
                approved_at=now,
                named=named,
                recipients=recipients,
                sources_kept_until=now + SOURCES_KEPT if keep_sources and not verified.request.drill else None,
            ),
        )
        self.outbox.wake()
        return share_id

    async def not_this_time(self, session: Session, request_id: str) -> None:
        """Decline for all cameras that haven't shared: wipes clips, releases holds. The hub isn't told."""
        self.approvers.require(session)
        await self.workflow.decline(request_id)

    async def wipe_held(self, session: Session, request_id: str) -> None:
        """Wipe early what is held for a request that expired undecided. Nobody outside is told.

        Raises `nothing_held`.
        """
        self.approvers.require(session)
        await self.lapsed.wipe(request_id)
