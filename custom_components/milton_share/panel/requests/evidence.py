"""The evidence of a request for checks elsewhere. Every method first checks the caller's session by law 6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import MiltonShareError
from ...hub_link import inbox as topic
from ..models.request import Evidence
from ..presenters import share_evidence

if TYPE_CHECKING:
    from ...approvers.rules import Session
    from ...approvers.service import ApproverService
    from ...cases.repository import CaseRepository
    from ...hub_link.inbox import Inbox
    from ...outbox.receipt_book import ReceiptRepository
    from ...runtime.judgment import Judgment


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceService:
    """Exports what was received and signed."""

    approvers: ApproverService
    judgment: Judgment
    book: CaseRepository
    inbox: Inbox
    receipts: ReceiptRepository
    root_public_key: bytes

    def of(self, session: Session, request_id: str) -> Evidence:
        """Return what this home received and signed, for the owner to keep. Raises `unknown_request`."""
        self.approvers.require(session)
        assessment = self.judgment.assessment
        if assessment is None or request_id not in assessment.bundles:
            rule = "unknown_request"
            raise MiltonShareError(rule)
        return Evidence(
            root_public_key=self.root_public_key,
            city_record=self.inbox.get(topic.CITY_RECORD),
            directory=self.inbox.get(topic.DIRECTORY),
            live=self.inbox.get(topic.LIVE),
            bundle=assessment.bundles[request_id],
            shares=tuple(
                share_evidence(share, self.receipts)
                for share in self.book.shares.values()
                if share.request_id == request_id
            ),
        )
