"""Cuts clips for review: one at a time, each replacing the one before. Nothing leaves the home.

Law 1: nothing here reaches the network, and nothing here shows in an entity or a notification.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING

from ..cases.state import UNDECIDED, ConsentCase, ConsentError, Look, State
from ..clips.refusal import ClipRefused
from ..const import LOGGER
from ..errors import MiltonShareError
from ..sources.errors import SourceError
from ..sources.upload import is_file
from .cutter import cut
from .job import job_of, review_of, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..cases.holds import Holds
    from ..cases.repository import CaseRepository
    from ..cases.review import Review
    from ..processes.executor import RunBlocking
    from ..shared.milton_protocol.verification import VerifiedRequest
    from ..storage.private_folder import PrivateFolder
    from .job import Wish
    from .queue import CutterQueue


class ClipCutter:
    """Cuts what an owner wants to see of a case."""

    def __init__(  # noqa: PLR0913  what it reads, keeps and cuts with
        self,
        *,
        book: CaseRepository,
        folder: PrivateFolder,
        holds: Holds,
        queue: CutterQueue,
        software: Mapping[str, str],
        run_blocking: RunBlocking,
        on_change: Callable[[], None],
    ) -> None:
        """Prepare; cuts nothing yet."""
        self._book = book
        self._folder = folder
        self._holds = holds
        self._queue = queue
        self._software = software
        self._run_blocking = run_blocking
        self._on_change = on_change
        self._cutting: dict[str, float] = {}
        self._looks: set[asyncio.Future[Review]] = set()
        self._stoppable: dict[str, asyncio.Task[object]] = {}  # by case, until its clip is there
        self._ended: dict[object, str] = {}  # looks that were ended, with the rule that tells why
        self._stopped = False

    def cutting(self, case_id: str) -> float | None:
        """Return a cut's progress, 0 to 1, or None."""
        return self._cutting.get(case_id)

    @contextmanager
    def alone(self, case_id: str) -> Iterator[None]:
        """Block cuts of a case meanwhile; raises MiltonShareError `already_cutting`."""
        if case_id in self._cutting:
            rule = "already_cutting"
            raise MiltonShareError(rule)
        self._progress(case_id, 0.0)
        try:
            yield
        finally:
            self._cutting.pop(case_id, None)
            self._on_change()

    async def look(self, verified: VerifiedRequest, case_id: str, asked: Wish) -> Review:
        """Cut the requested clip; it replaces an earlier one. Raises MiltonShareError.

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
            if cutting in self._ended:
                raise MiltonShareError(self._ended[cutting]) from error
            raise
        finally:
            self._ended.pop(cutting, None)

    async def give_up(self, case_id: str) -> None:
        """Cancel a case's cut, running or queued; it is over when this returns.

        Raises MiltonShareError `not_cutting`: there is none, or its clip is there already.
        """
        if not await self._end(case_id, "cut_stopped"):
            rule = "not_cutting"
            raise MiltonShareError(rule)

    async def _end(self, case_id: str, rule: str) -> bool:
        """Cancel a case's cut with a rule; return whether there was one. It is over when this returns."""
        look = self._stoppable.pop(case_id, None)
        if look is None:
            return False
        self._ended[look] = rule
        look.cancel()
        await asyncio.wait({look})
        return True

    async def stop(self) -> None:
        """Cancel all cuts. May be called twice."""
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
                self._require_to_cut(case_id)  # its turn may come after minutes
                held = None if verified.request.drill else await self._holds.hold(case, verified)
                label = self._label(case)
                folder = await self._run_blocking(partial(self._folder.make_clip_folder, case_id))
                job = job_of(wanted, held, folder / f"{token_hex(8)}.mp4")
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
        except ConsentError as error:
            raise MiltonShareError(error.rule) from error
        except (ClipRefused, SourceError) as error:
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

    def _require_to_cut(self, case_id: str) -> ConsentCase:
        case = self._book.case(case_id)
        if case.state not in {State.HELD, State.REVIEWING}:
            rule = "not_held" if case.state in UNDECIDED else "already_decided"
            raise MiltonShareError(rule)
        return case

    def _case_to_cut(self, case_id: str) -> ConsentCase:
        case = self._require_to_cut(case_id)
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

    async def wipe(self, case_id: str) -> None:
        """Wipe the clip of a case that is over, even while it is being cut, and forget its review."""
        await self._end(case_id, "already_decided")  # else others wait for hours, maybe, for what nobody may see
        await self._run_blocking(partial(self._folder.wipe_clips, case_id))
        await self._book.forget_review(case_id)

    async def _wipe_clips_but(self, case_id: str, review: Review | None) -> None:
        kept = review.files if review else ()
        await self._run_blocking(partial(self._folder.wipe_clips, case_id, kept))

    def _progress(self, case_id: str, share: float) -> None:
        self._cutting[case_id] = share
        self._on_change()

    def _label(self, case: ConsentCase) -> str:
        """Return a neutral label: the owner's name for a camera stays at home."""
        of_file = is_file(case.camera_id)
        others = [other for other in self._book.of_request(case.request_id) if is_file(other.camera_id) is of_file]
        number = [other.case_id for other in others].index(case.case_id)
        return f"{'File' if of_file else 'Camera'} {number + 1}"
