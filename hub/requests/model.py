"""Tables of footage requests."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime

_NARROWED = ("state", "offence_code", "officer_id", "expires_at")


class RequestRow(Base):
    """One request. ``payload`` never changes; ``state`` only moves as ``hub.requests.states`` allows."""

    __tablename__ = "request"

    draft_id: Mapped[str] = mapped_column(String(32), primary_key=True)  # made by the officer's page
    input_sha256: Mapped[str] = mapped_column(String(64))  # the same draft id with other words is refused
    request_id: Mapped[str] = mapped_column(String(64), unique=True)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12), index=True)
    officer_id: Mapped[str] = mapped_column(String(64), index=True)
    case_number: Mapped[str] = mapped_column(String(40))
    offence_code: Mapped[str] = mapped_column(String(40))  # as the payload says: lists are narrowed by it
    is_drill: Mapped[bool] = mapped_column(Boolean)  # as the payload says: lists and custody ask often
    exceeded: Mapped[str] = mapped_column(String(200))  # ordinary limits passed, space-separated; empty: none
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leaf_index: Mapped[int | None] = mapped_column(Integer)
    log_proof: Mapped[str | None] = mapped_column(Text)
    witnesses_seen: Mapped[int | None] = mapped_column(Integer)  # how many had cosigned while it had to wait for more
    why_larger: Mapped[str | None] = mapped_column(String(500))  # for the supervisor; in no payload
    turned_down_by: Mapped[str | None] = mapped_column(String(64))
    turned_down_why: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        # Lists, newest first; all that they are narrowed by is in it, so that a row is read only when it is shown.
        Index("ix_request_listed", "created_at", "request_id", "case_number", *_NARROWED),
        Index("ix_request_case", "case_number", "offence_code", "created_at"),
    )


class AssertionRow(Base):
    """One person's signature over a request's payload, as protocol section 4 writes it (canonical JSON)."""

    __tablename__ = "request_assertion"

    request_id: Mapped[str] = mapped_column(ForeignKey("request.request_id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MentionRow(Base):
    """A plate or an address that a request names, as a keyed digest; never the words (``draft.mentions``)."""

    __tablename__ = "request_mention"

    request_id: Mapped[str] = mapped_column(ForeignKey("request.request_id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AreaRow(Base):
    """The box around a request's area, so that those near another one are found; the shape is in the payload."""

    __tablename__ = "request_area"

    request_id: Mapped[str] = mapped_column(ForeignKey("request.request_id"), primary_key=True)
    south_e7: Mapped[int] = mapped_column(Integer, index=True)
    north_e7: Mapped[int] = mapped_column(Integer)
    west_e7: Mapped[int] = mapped_column(Integer)
    east_e7: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class KeptDraftRow(Base):
    """A request that its officer is still writing: ``content`` is the draft as the page sends it (JSON)."""

    __tablename__ = "kept_draft"

    person_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    draft_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class RefusedDraft(Base):
    """A draft for a prohibited use that is in the public log already, so that a repeat adds no second leaf."""

    __tablename__ = "refused_draft"

    input_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
