"""Builds the models that approvers see. Pure."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from ..cases.model import CandidateView, CaseView, ClipView, FileView, Gap, PassingView, ShareView
from ..cases.shares_table import AGREED
from ..cases.state import ENDED, State
from ..const import HOLD_AFTER_EXPIRY, SOURCES_KEPT
from ..outbox.agree import agrees_still
from ..outbox.receipts import opened_receipts, times_unflagged
from ..shared.milton_protocol.messages.requests.request import AudienceKind, Urgency, custodians_of, recipients_hash
from ..shared.milton_protocol.verification import Refusal, VerifiedRequest
from ..shared.milton_protocol.words import fingerprint_words
from ..sources.recorder.store.timeline import from_ms
from .models.home import CityView, NewLogView
from .models.request import LoggedView, RecipientView, RequestView, ShareEvidence, UnreadableView, WitnessView

if TYPE_CHECKING:
    from datetime import datetime

    from ..cameras.matching import Footage
    from ..cases.review import Review
    from ..cases.shares_table import PassingWord, StoredShare
    from ..cases.state import ConsentCase
    from ..city.request_reader import Requests
    from ..city.service import NewLog
    from ..city.verdicts import Assessment, Verdict
    from ..outbox.receipt_book import ReceiptRepository
    from ..outbox.worker import Outbox
    from ..shared.milton_protocol.messages.city.directory import Directory
    from ..shared.milton_protocol.messages.requests.request import Request, RequestRecipient
    from ..shared.milton_protocol.translog.witness import Logged, WitnessPolicy
    from ..shared.milton_protocol.verification import Trust
    from ..sources.upload import AddedFile
    from ..sources.upload.candidates import Candidate


UNREADABLE_SHOWN_MAX = 20  # more tell nobody more

# A history's requests have a few kinds of recipients, and each digest is most of what a request costs to be shown.
_digest_of = lru_cache(maxsize=256)(recipients_hash)


def city_view(trust: Trust, root_public_key: bytes, policy: WitnessPolicy) -> CityView:
    """Return the city's view."""
    return CityView(
        city_name=trust.city_record.city_name,
        agency_name=trust.city_record.agency_name,
        demo=trust.city_record.demo,
        words=fingerprint_words(root_public_key),
        jurisdiction=trust.city_record.jurisdiction.points,
        witness_quorum=policy.at_least(trust.city_record.witness_quorum).quorum,
        own_witness_quorum=policy.quorum,
        witnesses=tuple(witness.format() for witness in policy.witnesses),
    )


def new_log_view(new: NewLog) -> NewLogView:
    """Return what the owner compares before accepting a new public log."""
    return NewLogView(
        origin=new.origin,
        public_key=new.public_key.hex(),
        words=fingerprint_words(new.public_key),
        size=new.size,
        known_size=new.known_size,
        continues=new.continues,
    )


def request_view(
    request_id: str,
    verdict: Verdict,
    request: Request,
    cases: tuple[CaseView, ...],
    directory: Directory | None,
) -> RequestView:
    """Return a request's view; the current directory names its recipients."""
    refusal = verdict if isinstance(verdict, Refusal) else None
    verified = verdict if isinstance(verdict, VerifiedRequest) else None
    return RequestView(
        request_id=request_id,
        refused=refusal.rule if refusal else None,
        refused_detail=refusal.detail if refusal else "",
        notices=verified.notices if verified else (),
        logged=logged_view(verified.logged) if verified else None,
        officer_name=verified.officer.name if verified else "",
        approver_name=verified.approver.name if verified and verified.approver else None,
        badge=request.officer.badge,
        agency_name=request.agency_name,
        contact=request.contact,
        case_number=request.case_number,
        offence_name=request.offence_name,
        reason=request.reason,
        urgent=request.urgency is Urgency.URGENT,
        drill=request.drill,
        by_code=request.audience.kind is AudienceKind.CODE,
        area=request.area,
        from_=request.from_,
        until=request.until,
        created_at=request.created_at,
        expires_at=request.expires_at,
        recipients_sha256=_digest_of(request.recipients),
        custodians_sha256=_digest_of(custodians_of(request.recipients)),
        recipients=tuple(_recipient(each, directory) for each in request.recipients),
        cases=cases,
    )


def _recipient(recipient: RequestRecipient, directory: Directory | None) -> RecipientView:
    known = directory.recipient(recipient.recipient_id) if directory else None
    person = directory.person(known.person_id) if directory and known and known.person_id else None
    return RecipientView(role=recipient.role, name=person.name if person else "", badge=person.badge if person else "")


def logged_view(logged: Logged) -> LoggedView:
    """Return a request's place in the public log, and its witnesses."""
    checkpoint = logged.witnessed.checkpoint
    return LoggedView(
        log=checkpoint.origin,
        entry=logged.index,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        witnesses=tuple(
            WitnessView(name=witness.name, at=at, vkey=witness.format()) for witness, at in logged.witnessed.cosigned
        ),
    )


def unreadable_views(assessment: Assessment, read: Requests) -> tuple[UnreadableView, ...]:
    """Return views of unreadable requests, by id; they say only which rule was broken."""
    return tuple(
        UnreadableView(request_id=request_id, refused=verdict.rule)
        for request_id, request in sorted(read.items(), key=itemgetter(0))
        if request is None and isinstance(verdict := assessment.verdicts[request_id], Refusal)
    )


def kept_until(case: ConsentCase, request: Request, share: StoredShare | None, *, left: bool) -> datetime | None:
    """Return when a case's held footage is wiped; None where nothing is held, as in a drill, or where it is kept.

    ``left``: recordings of it outlived its request.
    """
    if left or (case.state in {State.HELD, State.REVIEWING} and not request.drill):
        return request.expires_at + HOLD_AFTER_EXPIRY
    return share.sources_kept_until if share is not None and case.state not in ENDED else None


def case_view(  # noqa: PLR0913  what the parts know of one case
    case: ConsentCase,
    name: str,
    review: Review | None,
    *,
    footage: Footage | None,
    cutting: float | None,
    copied: float | None,
    hold_trouble: str | None,
    share: ShareView | None,
    file: FileView | None,
    kept_until: datetime | None,
) -> CaseView:
    """Return a case's view; ``cutting``: its clip's progress, 0 to 1; ``copied``: its recordings' progress.

    ``hold_trouble``: why not all could be kept.
    """
    return CaseView(
        case_id=case.case_id,
        request_id=case.request_id,
        camera_id=case.camera_id,
        camera_name=name,
        file=file,
        state=case.state,
        footage_from=footage.from_ if footage else None,
        footage_until=footage.until if footage else None,
        gaps=tuple(Gap(from_=start, until=end) for start, end in footage.gaps) if footage else (),
        source=footage.source if footage and file is None else None,
        clock_put=footage is not None and footage.clock_put,
        cutting=cutting,
        copied=copied if case.state in {State.HELD, State.REVIEWING} else None,
        kept_until=kept_until,
        hold_trouble=hold_trouble,
        clip=clip_view(review) if review else None,
        share=share,
    )


def file_view(file: AddedFile, candidates: tuple[Candidate, ...]) -> FileView:
    """Return the view of an added file, with the bounds of when it was filmed."""
    timing = file.timing
    return FileView(
        name=file.name,
        size_bytes=file.size_bytes,
        length_ms=file.length_ms,
        width=file.facts.width,
        height=file.facts.height,
        sound=file.facts.sound,
        anew_ms=tuple(round((at - file.facts.start_s) * 1000) for at in file.facts.anew),
        candidates=tuple(
            CandidateView(
                at=one.at,
                origin=one.origin,
                kind=one.kind,
                doubt=one.doubt,
                precision_s=one.precision_s,
                fits=one.fits,
            )
            for one in candidates
        ),
        at=from_ms(timing.from_ms) if timing else None,
        uncertainty_s=timing.uncertainty_ms // 1000 if timing else None,
        camera_id=timing.camera_id if timing else None,
    )


def clip_view(review: Review) -> ClipView:
    """Return a finished clip's view."""
    manifest = review.manifest
    return ClipView(
        clip_sha256=manifest.clip_sha256,
        from_=manifest.range.from_,
        until=manifest.range.until,
        ranges=manifest.ranges,
        size_bytes=review.size_bytes,
        audio=manifest.edits.audio,
        masks=manifest.edits.masks,
        gaps=tuple(Gap(from_=gap.from_, until=gap.until) for gap in manifest.gaps),
        offset_ms=manifest.clock.offset_ms,
        uncertainty_ms=manifest.clock.uncertainty_ms,
        clock_method=manifest.clock.method,
        preview_sha256=manifest.preview_sha256,
        resized_at=review.resized_at,
    )


def share_view(share: StoredShare, case: ConsentCase, outbox: Outbox, receipts: ReceiptRepository) -> ShareView:
    """Return the view of a share that was sent or is about to be."""
    progress = outbox.progress.of(share)
    return ShareView(
        share_id=share.share_id,
        state=case.state,
        size_bytes=progress.size_bytes,
        sealed_bytes=progress.sealed_bytes,
        sent_bytes=progress.sent_bytes,
        approved_at=share.approved_at,
        withdraw_wanted=share.wanted_back and case.state not in ENDED,
        withdraw_refused=share.withdraw_refused,
        custodians_only=share.custodians_only,
        flag_wanted=share.flag is not None,
        flag_refused=None if share.flag_answer in {None, AGREED} else share.flag_answer,
        unflagged=times_unflagged(receipts.of(share.share_id)) > share.flag_after,
        early_wanted=share.agreement is not None,
        early_refused=None if share.agreement_answer in {None, AGREED} else share.agreement_answer,
        passing=tuple(_passing(share, word) for word in share.words),
        sources_said_until=None if share.sources_kept_until is None else share.approved_at + SOURCES_KEPT,
        sources_kept_until=share.sources_kept_until,
        receipts=receipts.of(share.share_id),
        trouble=outbox.trouble(share.share_id),
    )


def _passing(share: StoredShare, word: PassingWord) -> PassingView:
    refused = None if word.answer in {None, AGREED} else word.answer
    return PassingView(question=word.question, agrees=agrees_still(share, word), refused=refused)


def share_evidence(share: StoredShare, receipts: ReceiptRepository) -> ShareEvidence:
    """Return what this home and the hub signed about one share."""
    return ShareEvidence(
        share_id=share.share_id,
        clip_sha256=share.clip_sha256,
        manifest=share.manifest,
        announcement=share.envelope,
        receipts=receipts.of(share.share_id),
        receipt_envelopes=opened_receipts(share),
    )
