"""Reads the whole state that an approver is shown. `service.py` checks beforehand who may see it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..city.request_reader import RequestReader
from ..sources.recorder.store.timeline import from_ms
from .models.home import HomeState, RingView
from .presenters import (
    UNREADABLE_SHOWN_MAX,
    case_view,
    city_view,
    file_view,
    kept_until,
    new_log_view,
    request_view,
    share_view,
    unreadable_views,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..approvers.refused_acts import AttemptRepository
    from ..approvers.rules import Session
    from ..approvers.service import ApproverService
    from ..cameras.folders import CameraFolders
    from ..cameras.service import CameraService
    from ..cases.added_files import AddedFiles
    from ..cases.door_codes import DoorCodes
    from ..cases.holds import Holds
    from ..cases.lapsed import LapsedHolds
    from ..cases.model import CaseView
    from ..cases.repository import CaseRepository
    from ..cases.state import ConsentCase
    from ..city.map import CityMap
    from ..city.request_reader import Requests
    from ..city.service import CityWatch
    from ..city.verdicts import Assessment
    from ..notifications.service import Notifier
    from ..outbox.receipt_book import ReceiptRepository
    from ..outbox.worker import Outbox
    from ..own_clips.service import OwnCuts
    from ..review.service import ClipCutter
    from ..runtime.judgment import Judgment
    from ..runtime.snapshot import Snapshot
    from ..shared.milton_protocol.messages.requests.request import Request
    from ..sources.recorder import Recorder
    from ..sources.recorder.store.room import Filled
    from .models.request import RequestView
    from .settings.household import HouseholdPanel


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReader:
    """Reads a case's view."""

    book: CaseRepository
    door_codes: DoorCodes
    files: AddedFiles
    holds: Holds
    lapsed: LapsedHolds
    cutter: ClipCutter
    outbox: Outbox
    receipts: ReceiptRepository

    def view(self, case: ConsentCase, request: Request, camera_names: Mapping[str, str]) -> CaseView:
        """Return a case as an approver sees it."""
        file = self.files.by_case(case.case_id)
        share = self.book.shares.get(case.share_id) if case.share_id else None
        left = self.lapsed.footage(case.case_id, request)
        return case_view(
            case,
            file.name if file else camera_names.get(case.camera_id, case.camera_id),
            self.book.reviews.get(case.case_id),
            footage=left or self.holds.footage(case.case_id),
            cutting=self.cutter.cutting(case.case_id),
            copied=self.holds.copied(case.case_id),
            hold_trouble=self.holds.trouble(case.case_id),
            share=share_view(share, case, self.outbox, self.receipts) if share else None,
            file=file_view(file, self.files.candidates(file, request)) if file else None,
            kept_until=kept_until(case, request, share, left=left is not None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateReader:
    """Reads the page's state."""

    judgment: Judgment
    root_public_key: bytes
    snapshot: Callable[[], Snapshot]
    approvers: ApproverService
    attempts: AttemptRepository
    household: HouseholdPanel
    city: CityWatch
    map: CityMap
    cameras: CameraService
    folders: CameraFolders
    recorder: Recorder
    notifier: Notifier
    cases: CaseReader
    own: OwnCuts
    _reader: RequestReader = field(default_factory=RequestReader, init=False)

    def read(self, session: Session) -> HomeState:
        """Return the state for one approver."""
        assessment = self.judgment.assessment
        trust = assessment.trust if assessment else None
        cameras = self.cameras.views()
        kept = {*self.cases.book.requests, *self.city.kept}
        read = self._reader.read(assessment, kept) if assessment else {}
        unreadable = unreadable_views(assessment, read) if assessment else ()
        names = {camera.camera_id: camera.name for camera in cameras}
        return HomeState(
            snapshot=self.snapshot(),
            city=city_view(trust, self.root_public_key, self.city.witness_policy) if trust else None,
            new_log=None if self.city.new_log is None else new_log_view(self.city.new_log),
            approver=self.approvers.view(session),
            requests=self._requests(assessment, read, names) if assessment else (),
            unreadable=unreadable[:UNREADABLE_SHOWN_MAX],
            unreadable_count=len(unreadable) + (len(assessment.bundles) - len(read) if assessment else 0),
            cameras=cameras,
            folders=self.folders.views(),
            attempts=self.attempts.views(session),
            household=self.household.view(),
            ring=_ring(self.recorder.filled()),
            map=self.map.view,
            own=self.own.view(session.user_id),
        )

    def _requests(
        self, assessment: Assessment, read: Requests, camera_names: Mapping[str, str]
    ) -> tuple[RequestView, ...]:
        """Return the readable requests, newest first."""
        tags = self.notifier.tags()
        directory = assessment.trust.directory if assessment.trust else None
        views = (
            replace(
                request_view(
                    request_id,
                    assessment.verdicts[request_id],
                    request,
                    tuple(
                        self.cases.view(case, request, camera_names) for case in self.cases.book.of_request(request_id)
                    ),
                    directory,
                ),
                code_typed=self.cases.door_codes.opened(request_id),
                tag=tags.get(request_id),
            )
            for request_id, request in read.items()
            if request is not None
        )
        return tuple(sorted(views, key=lambda view: view.created_at, reverse=True))


def _ring(filled: Filled) -> RingView:
    oldest = None if filled.oldest_ms is None else from_ms(filled.oldest_ms)
    return RingView(used_bytes=filled.size_bytes, oldest=oldest, wanted_bytes=filled.wanted_bytes)
