"""What an approver can keep of a request, to check elsewhere. The caller's session is judged by law 6 first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import MiltonShareError
from ..hub_link import inbox as topic
from .presenters import share_evidence
from .request_models import Evidence

if TYPE_CHECKING:
    from ..approvers.rules import Session
    from ..approvers.service import ApproverBook
    from ..cases.repository import CaseBook
    from ..hub_link.inbox import Inbox
    from ..outbox.receipt_book import ReceiptBook
    from ..runtime.judgment import Judgment


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDesk:
    """Where an approver takes away what was shown and signed."""

    approvers: ApproverBook
    judgment: Judgment
    book: CaseBook
    inbox: Inbox
    receipts: ReceiptBook
    root_public_key: bytes

    def of(self, session: Session, request_id: str) -> Evidence:
        """Return what this home was shown and what it signed, for the owner to keep. Raises `unknown_request`."""
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
