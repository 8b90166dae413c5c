"""From a verified request to an approval: match, hold, cut, consent. All of it stays in the home.

Law 1: nothing here reaches the network, and nothing here shows in an entity or a notification.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .consent import UNDECIDED, Approve, ConsentCase, ConsentError, Decline, Hold, Lapse, Look, Match, State
from .const import HOLD_AFTER_EXPIRY, LOGGER
from .cutting import CutRefused, cut
from .errors import MiltonShareError
from .looking import job_of, review_of, within
from .matching import Footage, footage_of, is_eligible, match
from .outbox.files import sha256_of
from .outbox.prepare import Choices, final_manifest, new_share, view_of
from .shared.milton_protocol.errors import ProtocolError
from .shared.milton_protocol.messages.request import AudienceKind
from .shared.milton_protocol.sealing.keys import Identity
from .shared.milton_protocol.verification import Refusal, VerifiedRequest
from .sources.errors import SourceError
from .sources.upload import is_file
from .verdicts import is_closed, outlives_lapse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from .blocking import RunBlocking
    from .casebook import CaseBook
    from .cutter_queue import CutterQueue
    from .looking import Wish
    from .models import CameraSettings
    from .outbox.files import PrivateFolder
    from .review import Review
    from .sources.model import Coverage, FootageSource
    from .verdicts import Assessment


class Journey:
    """Moves cases from `received` to `approved`."""

    def __init__(  # noqa: PLR0913  what it reads, keeps and cuts with
        self,
        *,
        book: CaseBook,
        folder: PrivateFolder,
        source: FootageSource,
        queue: CutterQueue,
        device_key: Ed25519PrivateKey,
        software: Mapping[str, str],
        run_blocking: RunBlocking,
        now: Callable[[], datetime],
        on_change: Callable[[], None],
    ) -> None:
        """Do nothing yet."""
        self._book = book
        self._folder = folder
        self._source = source
        self._device_key = device_key
        self._software = software
        self._run_blocking = run_blocking
        self._now = now
        self._on_change = on_change
        self._queue = queue
        self._cutting: dict[str, float] = {}
        self._looks: set[asyncio.Future[Review]] = set()
        self._stoppable: dict[str, asyncio.Task[object]] = {}  # by case, until its clip is there
        self._given_up: set[object] = set()  # looks that the owner ended
        self._stopped = False
        self._footage: dict[str, Footage] = {}
        self._unkept: dict[str, str] = {}  # by case, the rule by which not all there is could be kept

    def cutting(self, case_id: str) -> float | None:
        """Return how far a clip is cut, 0 to 1, or None."""
        return self._cutting.get(case_id)

    def footage(self, case_id: str) -> Footage | None:
        """Return what there is of the time asked for, or None."""
        return self._footage.get(case_id)

    def hold_trouble(self, case_id: str) -> str | None:
        """Return the rule by which not all of the time asked for could be kept, or None."""
        return self._unkept.get(case_id)

    async def update(self, assessment: Assessment, cameras: Mapping[str, CameraSettings], *, paused: bool) -> None:
        """Open cases for new requests, keep footage, and end what is over.

        ``paused``: no camera is looked at for a request that none has footage for yet; what is held stays held.
        """
        if assessment.trust is None:
            return
        for verified in () if paused else tuple(assessment.verified().values()):
            await self._open_cases(verified, cameras)
        for case_id in tuple(self._book.cases):
            case = self._book.case(case_id)  # as it stands now: an approver may have decided since the loop began
            if case.state in UNDECIDED:
                with suppress(ConsentError):  # decided at this very moment: the next round sees where it stands
                    verdict, camera = assessment.verdicts.get(case.request_id), cameras.get(case.camera_id)
                    await self._follow(case, verdict, camera, paused=paused)

    async def _follow(
        self,
        case: ConsentCase,
        verdict: VerifiedRequest | Refusal | None,
        camera: CameraSettings | None,
        *,
        paused: bool,
    ) -> None:
        """Keep the footage of an undecided case, or end it."""
        if not is_file(case.camera_id) and self._is_declined(case.request_id):  # a no that was cut off, or came first
            await self._decline(case)
            return
        eligible = is_file(case.camera_id) or (camera is not None and is_eligible(camera))
        if isinstance(verdict, VerifiedRequest) and eligible:
            if not (paused and case.state is State.RECEIVED and not is_file(case.camera_id)):
                await self._keep_footage(case, verdict)
        elif not eligible or verdict is None or is_closed(verdict):
            await self._lapse(case, verdict)

    async def _open_cases(self, verified: VerifiedRequest, cameras: Mapping[str, CameraSettings]) -> None:
        if verified.request.audience.kind is not AudienceKind.AREA:
            return
        if self._is_declined(verified.request_id):
            return  # also for a camera that is offered later
        for candidate in match(verified.request, verified.request_id, cameras.values()):
            if candidate.case_id not in self._book.cases:
                case = ConsentCase(
                    case_id=candidate.case_id, request_id=verified.request_id, camera_id=candidate.camera_id
                )
                await self._book.open(case)

    @contextmanager
    def alone(self, case_id: str) -> Iterator[None]:
        """Let no clip of a case be cut meanwhile; raises MiltonShareError `already_cutting`."""
        if case_id in self._cutting:
            rule = "already_cutting"
            raise MiltonShareError(rule)
        self._progress(case_id, 0.0)
        try:
            yield
        finally:
            self._cutting.pop(case_id, None)
            self._on_change()

    async def keep(self, case_id: str, verified: VerifiedRequest) -> None:
        """Hold now what there is for a case, without waiting for the next round."""
        await self._keep_footage(self._book.case(case_id), verified)

    async def _keep_footage(self, case: ConsentCase, verified: VerifiedRequest) -> None:
        """Hold what there is; later calls hold what was recorded or closed meanwhile.

        Of a drill nothing is held: a test card is sent, of whatever part of the time is chosen.
        """
        request = verified.request
        try:
            if case.state is State.RECEIVED:
                coverage = await self._source.coverage(case.camera_id, request.from_, request.until)
                if not coverage.spans:
                    return
                await self._book.advance(case.case_id, Match())
            held = None if request.drill else await self._hold(case, verified)
        except SourceError as error:
            self._note_unkept(case.case_id, error.rule)
            return
        self._note_unkept(case.case_id, held.trouble if held else None)
        if self._book.case(case.case_id).state is State.MATCHED:
            await self._book.advance(case.case_id, Hold())
        footage = (
            footage_of(held, request.from_, request.until)
            if held
            else Footage(from_=request.from_, until=request.until, gaps=())
        )
        if footage is not None and footage != self._footage.get(case.case_id):
            self._footage[case.case_id] = footage
            self._on_change()

    def _note_unkept(self, case_id: str, rule: str | None) -> None:
        """Keep for the owner to see what could not be kept; say it once in the log."""
        before = self._unkept.get(case_id)
        if rule == before:
            return
        if rule is None:
            del self._unkept[case_id]
        else:
            self._unkept[case_id] = rule
            LOGGER.warning("Recordings could not be kept: %s", rule)
        self._on_change()

    async def _hold(self, case: ConsentCase, verified: VerifiedRequest) -> Coverage:
        request = verified.request
        deadline = request.expires_at + HOLD_AFTER_EXPIRY
        return await self._source.hold(case.case_id, case.camera_id, request.from_, request.until, deadline)

    async def _lapse(self, case: ConsentCase, verdict: VerifiedRequest | Refusal | None) -> None:
        """End an undecided case. After mere expiry the recordings stay 72 hours more, for the owner alone."""
        await self._book.advance(case.case_id, Lapse())
        self._footage.pop(case.case_id, None)
        self._unkept.pop(case.case_id, None)
        if not outlives_lapse(verdict):
            await self._source.release(case.case_id)
        await self._wipe_clips(case)

    async def forget_clip(self, case_id: str) -> None:
        """Wipe the clip of a file that goes, or whose time is another one now."""
        self._footage.pop(case_id, None)
        if case_id in self._book.reviews:
            await self._wipe_clips(self._book.case(case_id))

    async def _wipe_clips(self, case: ConsentCase) -> None:
        await self._run_blocking(partial(self._folder.wipe_clips, case.case_id))
        await self._book.forget_review(case.case_id)

    async def look(self, verified: VerifiedRequest, case_id: str, asked: Wish) -> Review:
        """Cut the clip that is asked for; it takes the place of an earlier one. Raises MiltonShareError.

        A stop ends it (`not_enrolled`), and so does the owner (`cut_stopped`): nothing is written after it, and neither
        a process nor a file of it is left.
        """
        cutting = asyncio.ensure_future(self._look(verified, case_id, asked))
        self._looks.add(cutting)
        cutting.add_done_callback(self._looks.discard)
        try:
            return await cutting
        except asyncio.CancelledError as error:
            if self._stopped:
                rule = "not_enrolled"
                raise MiltonShareError(rule) from error
            if cutting in self._given_up:
                rule = "cut_stopped"
                raise MiltonShareError(rule) from error
            raise
        finally:
            self._given_up.discard(cutting)

    async def give_up(self, case_id: str) -> None:
        """End the cut of a case, or its waiting for its turn; it is over when this returns.

        Raises MiltonShareError `not_cutting`: there is none, or its clip is there already.
        """
        look = self._stoppable.pop(case_id, None)
        if look is None:
            rule = "not_cutting"
            raise MiltonShareError(rule)
        self._given_up.add(look)
        look.cancel()
        await asyncio.wait({look})

    async def stop(self) -> None:
        """End what is being cut. May be called twice."""
        self._stopped = True
        looks = tuple(self._looks)
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)

    async def _look(self, verified: VerifiedRequest, case_id: str, asked: Wish) -> Review:
        case = self._case_to_cut(case_id)
        wanted = within(verified.request, asked)
        self._progress(case_id, 0.0)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  tells the type checker
        self._stoppable[case_id] = task
        try:
            async with self._queue.for_request():
                held = None if verified.request.drill else await self._hold(case, verified)
                label = self._label(case)
                folder = await self._run_blocking(partial(self._folder.make_clip_folder, case_id))
                job = job_of(verified, wanted, held, label=label, out=folder / f"{token_hex(8)}.mp4")
                result = await cut(job, on_progress=partial(self._progress, case_id))
                self._stoppable.pop(case_id, None)
                review = review_of(
                    verified,
                    wanted,
                    held,
                    result,
                    label=label,
                    share_id=token_hex(16),
                    software={**self._software, **dict(held.software if held else ())},
                )
                for file in (result.clip, result.preview):
                    if file is not None:
                        await self._run_blocking(partial(self._folder.take_clip, case_id, file.path, file.sha256))
                await self._keep_review(case_id, review)
        except (CutRefused, SourceError) as error:
            LOGGER.warning("A clip could not be cut: %s", error)
            raise MiltonShareError(error.rule) from error
        except asyncio.CancelledError:
            await self._wipe_clips_but(case_id, self._book.reviews.get(case_id))
            raise
        finally:
            self._stoppable.pop(case_id, None)
            self._cutting.pop(case_id, None)
            self._on_change()
        return review

    def _case_to_cut(self, case_id: str) -> ConsentCase:
        case = self._book.case(case_id)
        if case.state not in {State.HELD, State.REVIEWING}:
            rule = "not_held" if case.state in UNDECIDED else "already_decided"
            raise MiltonShareError(rule)
        if case_id in self._cutting:
            rule = "already_cutting"
            raise MiltonShareError(rule)
        return case

    async def _keep_review(self, case_id: str, review: Review) -> None:
        try:
            await self._book.keep_review(case_id, Look(review.manifest.clip_sha256), review)
        except ConsentError as error:  # decided, or over, while it was cut: a clip that was approved meanwhile stays
            await self._wipe_clips_but(case_id, self._book.reviews.get(case_id))
            raise MiltonShareError(error.rule) from error
        await self._wipe_clips_but(case_id, review)

    async def _wipe_clips_but(self, case_id: str, review: Review | None) -> None:
        kept = review.files if review else ()
        await self._run_blocking(partial(self._folder.wipe_clips, case_id, kept))

    def _progress(self, case_id: str, share: float) -> None:
        self._cutting[case_id] = share
        self._on_change()

    def _label(self, case: ConsentCase) -> str:
        """Return a neutral name: what the owner calls a camera stays at home."""
        of_file = is_file(case.camera_id)
        others = [other for other in self._book.of_request(case.request_id) if is_file(other.camera_id) is of_file]
        number = [other.case_id for other in others].index(case.case_id)
        return f"{'File' if of_file else 'Camera'} {number + 1}"

    def check_approval(self, case_id: str, clip_sha256: str) -> Review:
        """Return the clip that would be approved; raise MiltonShareError when it isn't the one that is named."""
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
        """Write the approval down and return the share's id. The session and the PIN were judged before.

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
        share = new_share(
            self._book.case(case_id),
            final_manifest(review.manifest, view_of(camera), choices),
            choices,
            one_time_key=Ed25519PrivateKey.generate(),
            device_key=self._device_key,
            receipts=Identity.generate(),
        )
        try:
            await self._book.keep_share(case_id, Approve(share.clip_sha256, share.share_id), share)
        except ConsentError as error:
            raise MiltonShareError(error.rule) from error
        return share.share_id

    async def decline(self, request_id: str) -> None:
        """Not this time: for every camera that is not decided yet."""
        for case in self._book.of_request(request_id):
            if self._book.case(case.case_id).state in UNDECIDED:
                await self._decline(case)

    async def _decline(self, case: ConsentCase) -> None:
        await self._book.advance(case.case_id, Decline())
        self._unkept.pop(case.case_id, None)
        await self._source.release(case.case_id)
        await self._wipe_clips(case)

    def _is_declined(self, request_id: str) -> bool:
        """Whether somebody said no to a request: that is for all of its cameras."""
        return any(case.state is State.DECLINED for case in self._book.of_request(request_id))
