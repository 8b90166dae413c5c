"""The table of upload tickets: a digest and a day, and nothing that names a person, a request or a share."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - SQLAlchemy reads it

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.community.base import CommunityBase


class UploadTicket(CommunityBase):
    """One ticket; the digest says whether it was used, the day until when it is kept is the same for all of a day."""

    __tablename__ = "upload_ticket"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[date]
