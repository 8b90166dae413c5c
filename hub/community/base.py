"""The base of the community house's tables, which are in a database of their own."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from hub.db.base import NAMING


class CommunityBase(DeclarativeBase):
    """Every table of the house; alembic compares this metadata with its migrations."""

    metadata = MetaData(naming_convention=NAMING)
