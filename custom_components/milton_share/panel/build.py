"""Builds the panel's services from those that `runtime/build.py` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .own_clips import OwnClipService
from .requests.decisions import DecisionService
from .requests.evidence import EvidenceService
from .requests.files import FileService
from .requests.review import ReviewService
from .requests.shares import ShareService
from .service import PanelService
from .settings.folders import FolderService
from .settings.household import HouseholdPanel
from .settings.service import SettingsService
from .state import CaseReader, StateReader

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..runtime.services import Services
    from ..runtime.snapshot import Snapshot


def build_panel(
    services: Services,
    *,
    root_public_key: bytes,
    snapshot: Callable[[], Snapshot],
    on_change: Callable[[], None],
    leave: Callable[[], Awaitable[None]],
) -> PanelService:
    """Make the panel's services for one enrollment; ``leave`` ends it."""
    footage, scheduler, approvers, book = services.footage, services.scheduler, services.approvers, services.book
    household = HouseholdPanel(
        approvers=approvers,
        household=services.household,
        phones=services.phones,
        recording=services.recording,
        on_spoken=scheduler.owner_spoke,
        on_change=on_change,
        end=leave,
    )
    cases = CaseReader(
        book=book,
        door_codes=services.door_codes,
        files=footage.files,
        holds=services.holds,
        lapsed=services.lapsed,
        cutter=services.cutter,
        outbox=services.outbox,
        receipts=services.receipts,
    )
    return PanelService(
        approvers=approvers,
        attempts=services.attempts,
        map=services.map,
        household=household,
        state=StateReader(
            judgment=services.judgment,
            root_public_key=root_public_key,
            snapshot=snapshot,
            approvers=approvers,
            attempts=services.attempts,
            household=household,
            city=services.city,
            map=services.map,
            cameras=services.cameras,
            folders=footage.folders,
            recorder=footage.recorder,
            notifier=services.notifier,
            cases=cases,
            own=services.own,
        ),
        review=ReviewService(
            approvers=approvers,
            scheduler=scheduler,
            book=book,
            folder=services.folder,
            cameras=services.cameras,
            source=footage.source,
            cutter=services.cutter,
            shown=services.shown,
        ),
        decisions=DecisionService(
            approvers=approvers,
            scheduler=scheduler,
            book=book,
            door_codes=services.door_codes,
            files=footage.files,
            cameras=services.cameras,
            workflow=services.workflow,
            lapsed=services.lapsed,
            outbox=services.outbox,
            served=services.shown.served,
        ),
        evidence=EvidenceService(
            approvers=approvers,
            judgment=services.judgment,
            book=book,
            inbox=services.inbox,
            receipts=services.receipts,
            root_public_key=root_public_key,
        ),
        files=FileService(
            approvers=approvers,
            scheduler=scheduler,
            book=book,
            door_codes=services.door_codes,
            files=footage.files,
            added=footage.added,
            cameras=services.cameras,
            cutter=services.cutter,
            workflow=services.workflow,
            holds=services.holds,
        ),
        folders=FolderService(
            approvers=approvers,
            folders=footage.folders,
            cameras=services.cameras,
            recording=services.recording,
            on_spoken=scheduler.owner_spoke,
        ),
        own=OwnClipService(
            approvers=approvers,
            cameras=services.cameras,
            source=footage.source,
            own=services.own,
            thumbnails=services.shown.thumbnails,
        ),
        shares=ShareService(
            approvers=approvers,
            book=book,
            outbox=services.outbox,
            receipts=services.receipts,
            retention=services.retention,
            run_blocking=services.run_blocking,
        ),
        settings=SettingsService(
            approvers=approvers,
            camera_book=services.cameras,
            city=services.city,
            recording=services.recording,
            on_spoken=scheduler.owner_spoke,
            on_change=on_change,
        ),
    )
