"""Tables of the people who sign in. Roles and names are the directory's; here is only how they get in."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime

PERSON_ID_CHARS = 64
CREDENTIAL_ID_CHARS = 1_400  # b64 of 1,023 bytes
SHA256_HEX_CHARS = 64


class OfficerSession(Base):
    """One signed-in browser; the cookie's token is kept as its SHA-256 only.

    It is good only beside the device's certificate with which it was opened; null: none was asked for.
    """

    __tablename__ = "officer_session"

    token_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(PERSON_ID_CHARS), index=True)
    credential_id: Mapped[str] = mapped_column(String(CREDENTIAL_ID_CHARS))
    device: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    certificate_sha256: Mapped[str | None] = mapped_column(String(SHA256_HEX_CHARS), index=True)


class SignInCredential(Base):
    """A passkey of the officers' hostname; it opens a session and signs no request."""

    __tablename__ = "sign_in_credential"

    credential_id: Mapped[str] = mapped_column(String(CREDENTIAL_ID_CHARS), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(PERSON_ID_CHARS), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(Integer)
    aaguid: Mapped[str] = mapped_column(String(36))
    device: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Ceremony(Base):
    """One passkey ceremony that was begun: its challenge answers once, for its purpose, for a few minutes."""

    __tablename__ = "passkey_ceremony"

    ceremony_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[str | None] = mapped_column(String(PERSON_ID_CHARS))
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Invitation(Base):
    """A single-use link by which a person of the directory registers a device.

    It works from ``confirmed_at`` on; ``asked_by`` and ``confirmed_by`` are two administrators, null for the command
    line's. ``ended_at``: it was taken back, or another took its place.
    """

    __tablename__ = "invitation"

    code_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(PERSON_ID_CHARS), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_by: Mapped[str | None] = mapped_column(String(PERSON_ID_CHARS))
    confirmed_by: Mapped[str | None] = mapped_column(String(PERSON_ID_CHARS))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Proposal(Base):
    """A signing credential or an age recipient that a person's device made and that waits for the directory's keys."""

    __tablename__ = "proposal"
    __table_args__ = (UniqueConstraint("person_id", "content_sha256"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(String(PERSON_ID_CHARS))
    content: Mapped[bytes] = mapped_column(LargeBinary)  # canonical JSON, see hub.directory.proposal
    content_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
