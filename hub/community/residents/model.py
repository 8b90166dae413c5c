"""Tables of residents. No name, address, phone number, or password; the printed key is kept as a digest."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.community.base import CommunityBase


class Account(CommunityBase):
    """One resident: the id that their browser made, the digest of their printed key, their language."""

    __tablename__ = "account"

    account_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(2))
