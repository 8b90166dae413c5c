"""Which services each desk calls: the panel stands above `runtime/build.py`, which makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decisions import DecisionDesk
from .evidence import EvidenceDesk
from .files import FileDesk
from .folders import FolderDesk
from .household import HouseholdDesk
from .own_clips import OwnDesk
from .review import ReviewDesk
from .service import Desk
from .settings import SettingsDesk
from .shares import ShareDesk
from .state import CaseReader, StateReader
from .trial import TrialDesk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..runtime.build import Services
    from ..runtime.snapshot import Snapshot


def build_desk(
    services: Services,
    *,
    root_public_key: bytes,
    snapshot: Callable[[], Snapshot],
    on_change: Callable[[], None],
    leave: Callable[[], Awaitable[None]],
) -> Desk:
    """Make the desks of one enrollment; ``leave`` ends it."""
    footage, rounds, approvers, book = services.footage, services.rounds, services.approvers, services.book
    household = HouseholdDesk(
        approvers=approvers,
        household=services.household,
        phones=services.phones,
        recording=services.recording,
        on_spoken=rounds.owner_spoke,
        on_change=on_change,
        end=leave,
    )
    cases = CaseReader(
        book=book,
        files=footage.files,
        keeping=services.keeping,
        lapsed=services.lapsed,
        looks=services.looks,
        outbox=services.outbox,
        receipts=services.receipts,
    )
    return Desk(
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
            trial=services.trial,
        ),
        review=ReviewDesk(
            approvers=approvers,
            rounds=rounds,
            book=book,
            folder=services.folder,
            cameras=services.cameras,
            source=footage.source,
            looks=services.looks,
            shown=services.shown,
        ),
        decisions=DecisionDesk(
            approvers=approvers,
            rounds=rounds,
            book=book,
            files=footage.files,
            cameras=services.cameras,
            journey=services.journey,
            lapsed=services.lapsed,
            outbox=services.outbox,
            served=services.shown.served,
        ),
        evidence=EvidenceDesk(
            approvers=approvers,
            judgment=services.judgment,
            book=book,
            inbox=services.inbox,
            receipts=services.receipts,
            root_public_key=root_public_key,
        ),
        files=FileDesk(
            approvers=approvers,
            rounds=rounds,
            book=book,
            files=footage.files,
            added=footage.added,
            cameras=services.cameras,
            looks=services.looks,
            journey=services.journey,
            keeping=services.keeping,
        ),
        folders=FolderDesk(
            approvers=approvers,
            folders=footage.folders,
            cameras=services.cameras,
            recording=services.recording,
            on_spoken=rounds.owner_spoke,
        ),
        own=OwnDesk(
            approvers=approvers,
            cameras=services.cameras,
            source=footage.source,
            own=services.own,
            trial=services.trial,
            stills=services.shown.stills,
        ),
        trial=TrialDesk(
            approvers=approvers,
            cameras=services.cameras,
            household=services.household,
            source=footage.source,
            trial=services.trial,
        ),
        shares=ShareDesk(
            approvers=approvers,
            book=book,
            outbox=services.outbox,
            receipts=services.receipts,
            settling=services.settling,
            run_blocking=services.run_blocking,
        ),
        settings=SettingsDesk(
            approvers=approvers,
            camera_book=services.cameras,
            city=services.city,
            recording=services.recording,
            on_spoken=rounds.owner_spoke,
            on_change=on_change,
        ),
    )
