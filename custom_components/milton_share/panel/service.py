"""What an approver may ask and do. Every method judges the caller's session by law 6 before anything else.

Refusals are `MiltonShareError` with the rule's name. Make the session with
`session.session_of(hass, connection.user, connection.refresh_token_id)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.util import dt as dt_util

from ..approvers.attempts import Act, act_to_note, kind_of
from ..cases.manifest import Choices
from ..cases.state import UNDECIDED, State
from ..city.request_reader import RequestReader
from ..const import SOURCES_KEPT
from ..errors import MiltonShareError
from ..hub_link import inbox as topic
from ..review.job import Wish
from ..shared.milton_protocol.messages.manifest_parts import Period
from ..shared.milton_protocol.verification import VerifiedRequest
from .files import FileDesk
from .folders import FolderDesk
from .household import HouseholdDesk
from .own_clips import OwnDesk
from .presenters import clip_view, share_evidence
from .request_models import Evidence
from .settings import SettingsDesk
from .shares import ShareDesk
from .state import home_state
from .trial import TrialDesk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from ..approvers.attempts import Kind
    from ..approvers.model import ApproverView
    from ..approvers.rules import Session
    from ..cases.model import ClipView
    from ..review.stills import Stills
    from ..review.thumbnails import RoughPicture
    from ..runtime.parts import Parts
    from ..runtime.scheduler import Rounds
    from ..runtime.snapshot import Snapshot
    from ..shared.milton_protocol.messages.masks import Mask
    from .models import HomeState


class Desk:
    """Where an approver looks and decides."""

    def __init__(  # noqa: PLR0913  what it shows and acts on
        self,
        parts: Parts,
        rounds: Rounds,
        *,
        root_public_key: bytes,
        snapshot: Callable[[], Snapshot],
        on_change: Callable[[], None],
        leave: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what it shows and acts on."""
        self._parts = parts
        self._rounds = rounds
        self._root_public_key = root_public_key
        self._snapshot = snapshot
        self._reader = RequestReader()
        self.files = FileDesk(parts, rounds)
        self.folders = FolderDesk(parts, rounds.owner_spoke)
        self.own = OwnDesk(parts)
        self.trial = TrialDesk(parts)
        self.shares = ShareDesk(parts)
        self.settings = SettingsDesk(parts, rounds.owner_spoke, on_change)
        self.household = HouseholdDesk(parts, rounds, on_change, leave)

    def approver_for(self, session: Session) -> ApproverView:
        """Return what this person may do; open to every signed-in person, for it says only that."""
        return self._parts.approvers.view(session)

    async def note_refused(self, session: Session, user_name: str, command: str, rule: str) -> None:
        """Keep for the approvers to see that somebody tried what was refused; most refusals of reading are nothing."""
        act = act_to_note(command, rule)
        if act is not None:
            await self._parts.attempts.note(
                user_id=session.user_id, user_name=user_name, kind=kind_of(session), act=act, rule=rule
            )

    async def note_other_way(self, user_id: str, user_name: str, kind: Kind, rule: str) -> None:
        """Keep that somebody tried to approve by a way that there is not, such as a notification's button."""
        await self._parts.attempts.note(user_id=user_id, user_name=user_name, kind=kind, act=Act.APPROVE, rule=rule)

    def state_for(self, session: Session) -> HomeState:
        """Return the whole state for an approver."""
        self._parts.approvers.require(session)
        return home_state(
            self._parts,
            self._rounds.assessment,
            session,
            reader=self._reader,
            root_public_key=self._root_public_key,
            snapshot=self._snapshot(),
            household=self.household.view(),
        )

    async def map_pack(self, session: Session) -> tuple[str, str]:
        """Return the digest and the text of the city's map. Raises `no_map`."""
        self._parts.approvers.require(session)
        return await self._parts.map.pack()

    async def look(  # noqa: PLR0913  what a clip can be asked to be
        self,
        session: Session,
        case_id: str,
        from_: datetime,
        until: datetime,
        *,
        audio: bool,
        masks: Sequence[Mask] = (),
        further: Sequence[Period] = (),
    ) -> ClipView:
        """Cut a clip to look at, or trim it: call again with another range; the earlier clip is wiped.

        For a drill it is a test card, without sound, whatever was recorded.

        The range lies inside the request's (`outside_request`), and is at least a second long (`too_short`); so are
        ``further`` ones, which follow it in time (`ranges_overlap`) and in the same clip. ``masks`` are black in it.
        Progress shows in `CaseView.cutting`. Raises `nothing_to_hide` (a drill's), `unknown_case`, `not_held`,
        `already_decided`, `already_cutting`, what the cutter refused, or the rule by which the request is refused now.
        """
        self._parts.approvers.require(session)
        case = self._parts.book.case(case_id)
        verified = await self._rounds.verified(case.request_id)
        ranges = (Period(from_=from_, until=until), *further)
        asked = Wish(ranges=ranges, audio=audio, masks=tuple(masks))
        return clip_view(await self._parts.looks.look(verified, case_id, asked))

    async def give_up(self, session: Session, case_id: str) -> None:
        """End the cut of a clip; nothing of it is left. Raises `unknown_case`, `not_cutting`."""
        self._parts.approvers.require(session)
        await self._parts.looks.give_up(self._parts.book.case(case_id).case_id)

    def preview_path(self, session: Session, case_id: str, sha256: str) -> Path:
        """Return the file whose digest is ``sha256`` (the clip, or its transcode), for the view that plays it.

        Raises `unknown_case`, `other_clip`.
        """
        self._parts.approvers.require(session)
        self._parts.book.case(case_id)
        review = self._parts.book.reviews.get(case_id)
        if review is None or sha256 not in {review.manifest.clip_sha256, review.manifest.preview_sha256}:
            rule = "other_clip"
            raise MiltonShareError(rule)
        return self._parts.folder.clip(case_id, sha256)

    def note_sent(self, session: Session, sha256: str, size_bytes: int, span: tuple[int, int]) -> None:
        """Take down which bytes of a clip, or of its transcode, were sent to the session that asked for them."""
        if session.session_id is not None:
            self._parts.served.note(session.session_id, sha256, size_bytes, span)

    def asked_of(self, session: Session, case_id: str) -> tuple[str, Period, tuple[str, ...]]:
        """Return the camera of a case, the time it is asked for, and what the owner named that tells of it.

        Raises `unknown_case`, `unknown_request`.
        """
        self._parts.approvers.require(session)
        case = self._parts.book.case(case_id)
        request = self._verified(case_id).request
        settings = self._parts.cameras.settings.get(case.camera_id)
        asked = Period(from_=request.from_, until=request.until)
        return case.camera_id, asked, settings.also_told_by if settings else ()

    def _verified(self, case_id: str) -> VerifiedRequest:
        """Return a case's request as it was judged last; raise `unknown_request` unless it held."""
        assessment = self._rounds.assessment
        verdict = assessment.verdicts.get(self._parts.book.case(case_id).request_id) if assessment else None
        if not isinstance(verdict, VerifiedRequest):
            rule = "unknown_request"
            raise MiltonShareError(rule)
        return verdict

    async def stills(self, session: Session, case_id: str, sha256: str) -> Stills:
        """Return the small pictures of the clip whose digest is ``sha256``; the first call makes them.

        Raises `unknown_case`, `other_clip`, `stills_failed`.
        """
        return await self._parts.stills.of(self.preview_path(session, case_id, sha256))

    async def rough(self, session: Session, case_id: str) -> tuple[RoughPicture, ...]:
        """Return small pictures of what is held for a case, whether or not a clip was cut; the first call makes them.

        Of a drill nothing is held, so there are none. Raises `unknown_case`, `unknown_request`, `not_held`,
        `already_decided`, `stills_failed`.
        """
        _, asked, _ = self.asked_of(session, case_id)
        state = self._parts.book.case(case_id).state
        if state not in {State.HELD, State.REVIEWING}:
            rule = "not_held" if state in UNDECIDED else "already_decided"
            raise MiltonShareError(rule)
        if self._verified(case_id).request.drill:
            return ()
        return await self._parts.rough.of(case_id, await self._parts.source.held(case_id), asked)

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
        """Approve exactly this clip, which was sent to this very session, for exactly these recipients.

        Returns the share's id once it is durable.
        ``recipients_sha256``: all of the request's, or its custodians' alone, for a child or something intimate may be
        seen; the clip is sealed to no other.
        ``named``: share under the home's device key and with the camera's place. ``keep_sources``: keep the recordings
        12 months for the court; behind a drill's test card there are none. Raises `wrong_pin`, `pin_locked`,
        `unknown_case`, `not_reviewing`, `other_clip`, `other_recipients`, `clip_not_shown`, or the rule by which the
        request is refused now.
        """
        parts = self._parts
        parts.approvers.require(session)
        verified = await self._rounds.verified(parts.book.case(case_id).request_id)
        review = parts.journey.check_approval(case_id, clip_sha256)
        recipients = verified.request.sealed_to(recipients_sha256)
        if recipients is None:
            rule = "other_recipients"
            raise MiltonShareError(rule)
        if not parts.served.was_sent(session.session_id, review.files):
            rule = "clip_not_shown"
            raise MiltonShareError(rule)
        await parts.approvers.check_pin(session, pin)
        review = parts.journey.check_approval(case_id, clip_sha256)
        now = dt_util.utcnow().replace(microsecond=0)
        share_id = await parts.journey.approve(
            verified,
            review,
            case_id,
            parts.files.place_of(parts.book.case(case_id), parts.cameras.settings),
            Choices(
                approved_by=session.user_id,
                approved_at=now,
                named=named,
                recipients=recipients,
                sources_kept_until=now + SOURCES_KEPT if keep_sources and not verified.request.drill else None,
            ),
        )
        parts.outbox.wake()
        return share_id

    async def not_this_time(self, session: Session, request_id: str) -> None:
        """Decline a request for all cameras that have not shared: clips wiped, holds released. The hub isn't told."""
        self._parts.approvers.require(session)
        await self._parts.journey.decline(request_id)

    async def wipe_held(self, session: Session, request_id: str) -> None:
        """Wipe what is held of a request that expired undecided, before its time. Nobody outside is told.

        Raises `nothing_held`.
        """
        self._parts.approvers.require(session)
        await self._parts.lapsed.wipe(request_id)

    def evidence(self, session: Session, request_id: str) -> Evidence:
        """Return what this home was shown and what it signed, for the owner to keep. Raises `unknown_request`."""
        self._parts.approvers.require(session)
        assessment, inbox = self._rounds.assessment, self._parts.inbox
        if assessment is None or request_id not in assessment.bundles:
            rule = "unknown_request"
            raise MiltonShareError(rule)
        return Evidence(
            root_public_key=self._root_public_key,
            city_record=inbox.get(topic.CITY_RECORD),
            directory=inbox.get(topic.DIRECTORY),
            live=inbox.get(topic.LIVE),
            bundle=assessment.bundles[request_id],
            shares=tuple(
                share_evidence(share, self._parts.receipts)
                for share in self._parts.book.shares.values()
                if share.request_id == request_id
            ),
        )
