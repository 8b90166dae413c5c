"""Files that the owner added to requests: each is the footage of a case of its own, at the time that the owner says.

Law 1: nothing here reaches the network, and nothing here shows in an entity or a notification.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING

from ..cameras.matching import case_id
from ..cameras.model import CameraSettings
from ..const import HOLD_AFTER_EXPIRY
from ..errors import MiltonShareError
from ..shared.milton_protocol.limits import CLOCK_OFFSET_MAX_MS
from ..sources.errors import SourceError
from ..sources.recorder.store.timeline import to_ms
from ..sources.upload import AddedFile, Timing, UploadRule, file_camera
from ..sources.upload.candidates import candidates
from ..sources.upload.model import plain_name
from ..storage.durable_steps import Step
from . import files_table
from .state import UNDECIDED, ConsentCase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Mapping
    from datetime import datetime, tzinfo
    from pathlib import Path
    from sqlite3 import Connection

    from ..shared.milton_protocol.messages.requests.request import Request
    from ..shared.milton_protocol.verification import VerifiedRequest
    from ..sources.upload import UploadSource
    from ..sources.upload.candidates import Candidate
    from ..storage.database import HomeDatabase
    from .repository import CaseRepository

FILES_MAX = 10
"""Files of one request: a home has few cameras, and an app exports an event a file."""


class AddedFiles:
    """The only writer of added files."""

    def __init__(self, database: HomeDatabase, book: CaseRepository, zone: Callable[[], tzinfo]) -> None:
        """Do nothing yet; `load` reads. ``zone`` is the house's own, by which names are read."""
        self._database, self._book, self._zone = database, book, zone
        self._files: dict[str, AddedFile] = {}
        self._adding = asyncio.Lock()

    async def load(self) -> None:
        """Read what was kept."""
        self._files = await self._database.read(files_table.all_files)

    def everything(self) -> Collection[AddedFile]:
        """Return all files whose case is still kept."""
        return [file for file in self._files.values() if file.case_id in self._book.cases]

    def by_case(self, case_id: str) -> AddedFile | None:
        """Return the file of a case, or None for a camera's."""
        return self._files.get(case_id)

    def by_camera(self, camera_id: str) -> AddedFile | None:
        """Return a file by what stands where other cases have their camera."""
        return next((file for file in self._files.values() if file.camera_id == camera_id), None)

    def file(self, case_id: str) -> AddedFile:
        """Return the file of a case; raise MiltonShareError `unknown_case`."""
        file = self._files.get(case_id)
        if file is None or case_id not in self._book.cases:
            rule = "unknown_case"
            raise MiltonShareError(rule)
        return file

    def undecided(self, case_id: str) -> AddedFile:
        """Return the file of a case that nothing was decided about; raise `unknown_case`, `already_decided`."""
        file = self.file(case_id)
        if self._book.case(case_id).state not in UNDECIDED:
            rule = "already_decided"
            raise MiltonShareError(rule)
        return file

    def candidates(self, file: AddedFile, request: Request) -> tuple[Candidate, ...]:
        """Return what a file says of its time, for the owner to judge."""
        return candidates(file, self._zone(), request.from_, request.until)

    def place_of(self, case: ConsentCase, cameras: Mapping[str, CameraSettings]) -> CameraSettings:
        """Return where a case was filmed: its camera's settings, or those of the camera that the owner named."""
        file = self._files.get(case.case_id)
        if file is None:
            return cameras[case.camera_id]
        named = cameras.get(file.timing.camera_id) if file.timing and file.timing.camera_id else None
        return named or CameraSettings(camera_id=case.camera_id)

    async def add(
        self,
        source: UploadSource,
        verified: VerifiedRequest,
        name: str,
        size_bytes: int | None,
        chunks: AsyncIterator[bytes],
    ) -> AddedFile:
        """Take a file in, whole or not at all, and open its case. Raises MiltonShareError with the rule."""
        self._check(verified)
        async with self._adding:
            file_id = token_hex(16)
            try:
                came_bytes, sha256 = await source.receive(file_id, size_bytes, chunks)
                facts = await source.look_into(file_id)
                file = AddedFile(
                    file_id=file_id,
                    case_id=case_id(verified.request_id, file_camera(file_id)),
                    request_id=verified.request_id,
                    name=plain_name(name),
                    size_bytes=came_bytes,
                    sha256=sha256,
                    facts=facts,
                    deadline_ms=to_ms(verified.request.expires_at + HOLD_AFTER_EXPIRY),
                )
                await source.keep(file_id)
                await self._open(file)
            except BaseException as error:
                await asyncio.shield(source.discard(file_id))
                if isinstance(error, SourceError):
                    raise MiltonShareError(error.rule) from error
                raise
        return file

    def timed(
        self, request: Request, case_id: str, at: datetime, uncertainty_s: int, camera_id: str | None
    ) -> AddedFile:
        """Return a file with the owner's word on when its first picture was taken.

        Raises MiltonShareError `unknown_case`, `already_decided`, `file_outside_request`.
        """
        file = self.undecided(case_id)
        from_ms = to_ms(at)
        if not (from_ms < to_ms(request.until) and from_ms + file.length_ms > to_ms(request.from_)):
            raise MiltonShareError(UploadRule.OUTSIDE_REQUEST)
        timing = Timing(
            from_ms=from_ms,
            uncertainty_ms=uncertainty_s * 1000,
            offset_ms=_offset_ms(from_ms, self.candidates(file, request)),
            camera_id=camera_id,
        )
        return replace(file, timing=timing)

    async def confirm(self, timed: AddedFile) -> None:
        """Keep the owner's word; it can be said again until the case is decided."""
        await self._database.run(Step.FILE_TIMED, partial(files_table.save, file=timed))
        self._files[timed.case_id] = timed

    async def remove(self, source: UploadSource, case_id: str) -> None:
        """Forget a file that nothing was decided about, and wipe it. Raises `unknown_case`, `already_decided`."""
        file = self.undecided(case_id)
        await source.release(case_id)
        await source.discard(file.file_id)
        await self._database.run(Step.FILE_REMOVED, partial(files_table.remove, case_id=case_id))
        del self._files[case_id]
        self._book.drop_case(case_id)
        await source.release(case_id)  # a round that was about to hold it has done so meanwhile, and nobody would look

    def picture(self, source: UploadSource, case_id: str) -> Path:
        """Return where a file's first picture is; raise MiltonShareError `unknown_case`, `file_gone`."""
        path = source.picture(self.file(case_id).file_id)
        if not path.exists():
            raise MiltonShareError(UploadRule.GONE)
        return path

    def _check(self, verified: VerifiedRequest) -> None:
        if self._adding.locked():
            raise MiltonShareError(UploadRule.ALREADY_ADDING)
        if sum(file.request_id == verified.request_id for file in self.everything()) >= FILES_MAX:
            raise MiltonShareError(UploadRule.TOO_MANY)

    async def _open(self, file: AddedFile) -> None:
        case = ConsentCase(case_id=file.case_id, request_id=file.request_id, camera_id=file.camera_id)

        def also(connection: Connection) -> None:
            files_table.save(connection, file)

        await self._book.open(case, Step.FILE_ADDED, also)
        self._files[file.case_id] = file


def _offset_ms(from_ms: int, offered: Collection[Candidate]) -> int:
    """Return by how much the owner corrects the nearest of the file's own times; 0 where that is no correction."""
    differences = [from_ms - to_ms(one.at) for one in offered]
    nearest = min(differences, key=abs, default=0)
    return nearest if abs(nearest) <= CLOCK_OFFSET_MAX_MS else 0
