"""Every table of the community house, imported so that its metadata is whole for alembic and for the schema's test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.community.answering.model import UploadTicket
from hub.community.base import CommunityBase
from hub.community.invitations.model import LetterCode
from hub.community.notices.model import Notice
from hub.community.registry.model import CellCountRow, CountedNight, Entry
from hub.community.residents.model import Account
from hub.community.sessions import ResidentSession
from hub.jobs.model import JobLease

if TYPE_CHECKING:
    from sqlalchemy import MetaData

METADATA: MetaData = CommunityBase.metadata
JobLease.metadata.tables[JobLease.__tablename__].to_metadata(METADATA)  # each house's jobs have leases of their own
MODELS: tuple[type[CommunityBase], ...] = (
    Account,
    CellCountRow,
    CountedNight,
    Entry,
    LetterCode,
    Notice,
    ResidentSession,
    UploadTicket,
)
