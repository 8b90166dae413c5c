"""Moves cases from a verified request to an approval: cameras, states, consent. Nothing leaves the home.

Law 1: nothing here reaches the network, and nothing here shows in an entity or a notification.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..cameras.matching import is_eligible, match
from ..city.verdicts import is_closed, outlives_lapse
from ..errors import MiltonShareError, UnknownCaseError
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.sealing.keys import Identity
from ..shared.milton_protocol.verification import Refusal, VerifiedRequest
from ..sources.upload import is_file
from ..storage.private_folder import sha256_of
from ..storage.try_each import OneByOne
from .manifest import Choices, final_manifest, new_share, view_of
from .state import UNDECIDED, Approve, ConsentCase, ConsentError, Decline, Lapse, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ..cameras.model import CameraSettings
    from ..city.verdicts import Assessment
    from ..processes.executor import RunBlocking
    from ..storage.private_folder import PrivateFolder
    from .door_codes import DoorCodes
    from .holds import Holds
    from .repository import CaseRepository
    from .review import Review


class CaseWorkflow:
    """Moves cases from `received` to `approved`."""

    def __init__(  # noqa: PLR0913  what it reads, keeps and signs with
        self,
        *,
        book: CaseRepository,
        door_codes: DoorCodes,
        folder: PrivateFolder,
        holds: Holds,
        wipe_clips: Callable[[str], Awaitable[None]],
        device_key: Ed25519PrivateKey,
        run_blocking: RunBlocking,
    ) -> None:
        """Prepare; changes nothing yet."""
        self._book = book
        self._door_codes = door_codes
        self._folder = folder
        self._holds = holds
        self._wipe_clips = wipe_clips
        self._device_key = device_key
        self._run_blocking = run_blocking

    async def update(self, assessment: Assessment, cameras: Mapping[str, CameraSettings], *, paused: bool) -> None:
        """Open cases for new requests, hold footage, and end cases that are over.

        ``paused``: no camera is looked at for a request that none has footage for yet; what is held stays held.
        Raises OSError, sqlite3.Error where one of them failed; all were tried.
        """
        if assessment.trust is None:
            return
        for verified in () if paused else tuple(assessment.verified().values()):
            await self._open_cases(verified, cameras)
        all_cases = OneByOne()
        for case_id in tuple(self._book.cases):
            # As it stands now: an approver may have decided since the loop began, or taken away their file.
            case = self._book.cases.get(case_id)
            if case is not None and case.state in UNDECIDED:
                # Decided or taken away at this very moment: the next round sees it.
                with all_cases.trying(), suppress(ConsentError, UnknownCaseError):
                    verdict, camera = assessment.verdicts.get(case.request_id), cameras.get(case.camera_id)
                    await self._follow(case, verdict, camera, paused=paused)
        all_cases.require_all()

    async def _follow(
        self,
        case: ConsentCase,
        verdict: VerifiedRequest | Refusal | None,
        camera: CameraSettings | None,
        *,
        paused: bool,
    ) -> None:
        """Hold the footage of an undecided case, or end the case."""
        if not is_file(case.camera_id) and self._is_declined(case.request_id):  # a no that was cut off, or came first
            await self._decline(case)
            return
        eligible = is_file(case.camera_id) or (camera is not None and is_eligible(camera))
        if isinstance(verdict, VerifiedRequest) and eligible:
            if not (paused and case.state is State.RECEIVED and not is_file(case.camera_id)):
                await self._holds.keep(case, verdict)
        elif not eligible or verdict is None or is_closed(verdict):
            await self._lapse(case, verdict)

    async def _open_cases(self, verified: VerifiedRequest, cameras: Mapping[str, CameraSettings]) -> None:
        if not self._door_codes.ask(verified) or self._is_declined(verified.request_id):
            return  # also for a camera that is offered later
        for candidate in match(verified.request, verified.request_id, cameras.values()):
            if candidate.case_id not in self._book.cases:
                case = ConsentCase(
                    case_id=candidate.case_id, request_id=verified.request_id, camera_id=candidate.camera_id
                )
                await self._book.open(case)

    async def _lapse(self, case: ConsentCase, verdict: VerifiedRequest | Refusal | None) -> None:
        """End an undecided case. After expiry its holds stay 72 hours more, only for the owner.

        A file whose time nobody said isn't held, and nobody could see it or take it away any more: it goes.
        """
        await self._book.advance(case.case_id, Lapse())
        self._holds.forget_footage(case.case_id)
        self._holds.forget_trouble(case.case_id)
        if case.state is State.RECEIVED or not outlives_lapse(verdict):
            await self._holds.let_go(case.case_id)
        await self._wipe_clips(case.case_id)

    async def forget_clip(self, case_id: str) -> None:
        """Wipe the clip of a file that is removed or whose time changed."""
        self._holds.forget_footage(case_id)
        if case_id in self._book.reviews:
            await self._wipe_clips(case_id)

    def check_approval(self, case_id: str, clip_sha256: str) -> Review:
        """Return the clip to approve; raises MiltonShareError if it isn't the one named."""
        case = self._book.case(case_id)
        review = self._book.reviews.get(case_id)
        if case.state is not State.REVIEWING or review is None:
            rule = "not_reviewing"
            raise MiltonShareError(rule)
        if clip_sha256 != review.manifest.clip_sha256:
            rule = "other_clip"
            raise MiltonShareError(rule)
        return review

    async def approve(
        self, verified: VerifiedRequest, review: Review, case_id: str, camera: CameraSettings, choices: Choices
    ) -> str:
        """Store the approval and return the share's id. The caller has checked the session and the PIN.

        Raises MiltonShareError `drill_differs` for a clip that is no test card although the request is a drill, or the
        other way round, and `other_clip` for one that isn't on the disk as it was.
        """
        try:
            review.manifest.require_for(verified.request)
        except ProtocolError as error:
            raise MiltonShareError(error.rule) from error
        clip = self._folder.clip(case_id, review.manifest.clip_sha256)
        try:
            on_disk = await self._run_blocking(partial(sha256_of, clip))
        except FileNotFoundError:
            on_disk = ""
        if on_disk != review.manifest.clip_sha256:
            rule = "other_clip"
            raise MiltonShareError(rule)
        signed = partial(
            new_share,
            self._book.case(case_id),
            final_manifest(review.manifest, view_of(camera), choices),
            choices,
            one_time_key=Ed25519PrivateKey.generate(),
            device_key=self._device_key,
            receipts=Identity.generate(),
        )
        share = await self._run_blocking(signed)
        try:
            await self._book.keep_share(case_id, Approve(share.clip_sha256, share.share_id), share)
        except ConsentError as error:
            raise MiltonShareError(error.rule) from error
        return share.share_id

    async def decline(self, request_id: str) -> None:
        """Decline ("Not this time") for every undecided camera."""
        for case in self._book.of_request(request_id):
            if self._book.case(case.case_id).state in UNDECIDED:
                await self._decline(case)

    async def _decline(self, case: ConsentCase) -> None:
        await self._book.advance(case.case_id, Decline())
        self._holds.forget_trouble(case.case_id)
        await self._holds.let_go(case.case_id)
        await self._wipe_clips(case.case_id)

    def _is_declined(self, request_id: str) -> bool:
        """Whether someone declined the request, which applies to all of its cameras."""
        return any(case.state is State.DECLINED for case in self._book.of_request(request_id))
