"""The whole state that an approver is shown, gathered from the parts. Who may see it is judged before, at the desk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..sources.recorder.timeline import from_ms
from .models import HomeState, RingView
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
    from collections.abc import Mapping

    from ..approvers.rules import Session
    from ..cases.model import CaseView
    from ..cases.state import ConsentCase
    from ..city.request_reader import RequestReader, Requests
    from ..city.verdicts import Assessment
    from ..runtime.parts import Parts
    from ..runtime.snapshot import Snapshot
    from ..shared.milton_protocol.messages.request import Request
    from ..sources.recorder.room import Filled
    from .models import HouseholdView
    from .request_models import RequestView


def home_state(  # noqa: PLR0913  what is known besides the parts
    parts: Parts,
    assessment: Assessment | None,
    session: Session,
    *,
    reader: RequestReader,
    root_public_key: bytes,
    snapshot: Snapshot,
    household: HouseholdView,
) -> HomeState:
    """Return it for one approver; ``assessment`` is None until the first round."""
    trust = assessment.trust if assessment else None
    cameras = parts.cameras.views()
    read = reader.read(assessment, {*parts.book.requests, *parts.city.kept}) if assessment else {}
    unreadable = unreadable_views(assessment, read) if assessment else ()
    names = {camera.camera_id: camera.name for camera in cameras}
    return HomeState(
        snapshot=snapshot,
        city=city_view(trust, root_public_key, parts.city.witness_policy) if trust else None,
        new_log=None if parts.city.new_log is None else new_log_view(parts.city.new_log),
        approver=parts.approvers.view(session),
        requests=_requests(parts, assessment, read, names) if assessment else (),
        unreadable=unreadable[:UNREADABLE_SHOWN_MAX],
        unreadable_count=len(unreadable) + (len(assessment.bundles) - len(read) if assessment else 0),
        cameras=cameras,
        folders=parts.folders.views(),
        attempts=parts.attempts.views(session),
        household=household,
        ring=_ring(parts.recorder.filled()),
        map=parts.map.view,
        own=parts.own.view(session.user_id),
        trial=parts.trial.view(session.user_id),
    )


def _ring(filled: Filled) -> RingView:
    oldest = None if filled.oldest_ms is None else from_ms(filled.oldest_ms)
    return RingView(used_bytes=filled.size_bytes, oldest=oldest, wanted_bytes=filled.wanted_bytes)


def _requests(
    parts: Parts, assessment: Assessment, read: Requests, camera_names: Mapping[str, str]
) -> tuple[RequestView, ...]:
    """Return what can be read, the newest first."""
    tags = parts.notifier.tags()
    directory = assessment.trust.directory if assessment.trust else None
    views = (
        replace(
            request_view(
                request_id,
                assessment.verdicts[request_id],
                request,
                tuple(_case(parts, case, request, camera_names) for case in parts.book.of_request(request_id)),
                directory,
            ),
            tag=tags.get(request_id),
        )
        for request_id, request in read.items()
        if request is not None
    )
    return tuple(sorted(views, key=lambda view: view.created_at, reverse=True))


def _case(parts: Parts, case: ConsentCase, request: Request, camera_names: Mapping[str, str]) -> CaseView:
    file = parts.files.by_case(case.case_id)
    share = parts.book.shares.get(case.share_id) if case.share_id else None
    left = parts.lapsed.footage(case.case_id, request)
    return case_view(
        case,
        file.name if file else camera_names.get(case.camera_id, case.camera_id),
        parts.book.reviews.get(case.case_id),
        footage=left or parts.keeping.footage(case.case_id),
        cutting=parts.looks.cutting(case.case_id),
        copied=parts.keeping.copied(case.case_id),
        hold_trouble=parts.keeping.trouble(case.case_id),
        share=share_view(share, case, parts.outbox, parts.receipts) if share else None,
        file=file_view(file, parts.files.candidates(file, request)) if file else None,
        kept_until=kept_until(case, request, share, left=left is not None),
    )
