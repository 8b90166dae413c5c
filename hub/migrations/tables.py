"""Every table, imported so that ``Base.metadata`` is whole for alembic and for the schema's test.

A slice with a new table adds its model here and a file under ``hub/migrations/versions`` (whose ``down_revision`` is
the newest one there).
"""

from __future__ import annotations

from hub.audit.model import AuditRow, DenialRow
from hub.auditors.model import ChannelRow, FlagRow
from hub.cases.model import CaseFile, CaseMember, CaseNote, CaseTag, ShareTriage
from hub.casework.search.model import SavedFilter
from hub.db.base import Base
from hub.db.counters import Counter
from hub.directory.model import PersonName, TrustDocument
from hub.enrollment.model import EnrollmentCode, Home, WrongCode
from hub.identity.devices.model import Device
from hub.identity.model import Ceremony, Invitation, OfficerSession, Proposal, SignInCredential
from hub.identity.wraps.model import KeyWrap
from hub.index.model import SearchItem, SearchWord
from hub.jobs.model import JobLease
from hub.policy.model import PolicyProposalRow, PolicyVersionRow
from hub.publiclog.model import LogCheckpoint, LogCosignature, LogLeaf, LogNode
from hub.requests.model import AreaRow, AssertionRow, KeptDraftRow, MentionRow, RefusedDraft, RequestRow
from hub.shares.passing.model import LinkRow, PassingRow, ViewRow
from hub.shares.record.custody import (
    CaseReopening,
    ClosedCaseRow,
    ConsentRow,
    CustodyDayRow,
    DeletionRow,
    HeaderRow,
    HoldRow,
    ReceiptRow,
)
from hub.shares.record.model import SharePartRow, ShareRow
from hub.topics.model import FeedState, Topic
from hub.witnesses.model import WitnessRow

MODELS: tuple[type[Base], ...] = (
    AreaRow,
    AssertionRow,
    AuditRow,
    CaseFile,
    CaseMember,
    CaseNote,
    CaseReopening,
    CaseTag,
    Ceremony,
    ChannelRow,
    ClosedCaseRow,
    ConsentRow,
    Counter,
    CustodyDayRow,
    DeletionRow,
    DenialRow,
    Device,
    EnrollmentCode,
    FeedState,
    FlagRow,
    HeaderRow,
    HoldRow,
    Home,
    Invitation,
    JobLease,
    KeptDraftRow,
    KeyWrap,
    LinkRow,
    LogCheckpoint,
    LogCosignature,
    LogLeaf,
    LogNode,
    MentionRow,
    OfficerSession,
    PassingRow,
    PersonName,
    PolicyProposalRow,
    PolicyVersionRow,
    Proposal,
    ReceiptRow,
    RefusedDraft,
    RequestRow,
    SavedFilter,
    SearchItem,
    SearchWord,
    SharePartRow,
    ShareRow,
    ShareTriage,
    SignInCredential,
    Topic,
    TrustDocument,
    ViewRow,
    WitnessRow,
    WrongCode,
)
METADATA = Base.metadata
