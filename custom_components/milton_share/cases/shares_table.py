"""Shares: one approval each, and what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection, Row


AGREED = "agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingWord:
    """The owner's newest word on one question of passing a share on, which is a receipt, by its number."""

    question: int
    agrees: bool
    at: datetime
    signed: bytes
    answer: str | None = None  # `AGREED`, or the rule by which the hub refused


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredShare:
    """One approval. What it names never changes; what is below `manifest` is filled in on the way."""

    share_id: str
    case_id: str
    request_id: str
    approved_by: str  # a user id
    approved_at: datetime
    clip_sha256: str
    recipients_sha256: str
    recipients: tuple[str, ...]  # age recipients, in the request's order
    one_time_key: bytes = field(repr=False)
    receipt_identity: str = field(repr=False)
    manifest: bytes  # the signed envelope, final
    custodians_only: bool = False  # sealed to no officer, for its owner flagged it before it was sent
    sources_kept_until: datetime | None  # as it was promised; earlier, when the owner gave them up
    envelope: bytes | None = None  # what is announced, from the moment of sealing
    announced: bool = False  # the hub may have heard of it
    receipts: bytes | None = None  # the newest message whose chain was checked
    receipts_key: bytes | None = None  # the hub's key then; a city may take another one later
    withdrawal: bytes | None = None  # wanted since this was signed
    withdraw_done: bool = False
    withdraw_refused: str | None = None
    agreement: bytes | None = None  # to earlier acceptance, since this was signed
    agreement_answer: str | None = None  # `AGREED`, or the rule by which the hub refused
    flag: bytes | None = None  # that the evidence unit alone sees it from then on, since this was signed
    flag_answer: str | None = None  # `AGREED`, or the rule by which the hub refused
    flag_after: int = 0  # how often custodians had taken one off when it was signed
    words: tuple[PassingWord, ...] = ()

    @property
    def wanted_back(self) -> bool:
        """Say whether the owner took it back, and the hub has not said that it is too late."""
        return self.withdrawal is not None and self.withdraw_refused is None

    def word_on(self, question: int) -> PassingWord | None:
        """Return what the owner said to a question of passing it on."""
        return next((word for word in self.words if word.question == question), None)


def all_shares(connection: Connection) -> dict[str, StoredShare]:
    """Return them by share id."""
    return {row["share_id"]: _share(connection, row) for row in connection.execute("SELECT * FROM shares").fetchall()}


def get(connection: Connection, share_id: str) -> StoredShare:
    """Return one; raise KeyError."""
    row = connection.execute("SELECT * FROM shares WHERE share_id = ?", (share_id,)).fetchone()
    if row is None:
        raise KeyError(share_id)
    return _share(connection, row)


def add(connection: Connection, share: StoredShare) -> None:
    """Keep a new approval."""
    connection.execute(
        "INSERT INTO shares (share_id, case_id, request_id, approved_by, approved_at, clip_sha256, recipients_sha256,"
        " recipients, one_time_key, receipt_identity, manifest, sources_kept_until, custodians_only)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            share.share_id,
            share.case_id,
            share.request_id,
            share.approved_by,
            share.approved_at.isoformat(),
            share.clip_sha256,
            share.recipients_sha256,
            json.dumps(share.recipients),
            share.one_time_key,
            share.receipt_identity,
            share.manifest,
            share.sources_kept_until.isoformat() if share.sources_kept_until else None,
            share.custodians_only,
        ),
    )


def save_sealed(connection: Connection, share_id: str, envelope: bytes) -> None:
    """Keep the announcement of the sealed bytes. It is final: a second one never takes its place."""
    connection.execute("UPDATE shares SET envelope = ? WHERE share_id = ? AND envelope IS NULL", (envelope, share_id))


def save_announced(connection: Connection, share_id: str) -> bool:
    """Keep that the hub may hear of it from now on; return False when it was taken back meanwhile."""
    cursor = connection.execute(
        "UPDATE shares SET announced = 1 WHERE share_id = ? AND withdrawal IS NULL", (share_id,)
    )
    return cursor.rowcount == 1


def save_receipts(connection: Connection, share_id: str, receipts: bytes, hub_key: bytes) -> None:
    """Keep the newest receipts, and the key that signed them."""
    connection.execute(
        "UPDATE shares SET receipts = ?, receipts_key = ? WHERE share_id = ?", (receipts, hub_key, share_id)
    )


def save_withdrawal(connection: Connection, share_id: str, withdrawal: bytes) -> None:
    """Keep that it is wanted back; the first signed word stays, so that a repeat is the same."""
    connection.execute(
        "UPDATE shares SET withdrawal = coalesce(withdrawal, ?), withdraw_refused = NULL WHERE share_id = ?",
        (withdrawal, share_id),
    )


def save_agreement(connection: Connection, share_id: str, agreement: bytes) -> None:
    """Keep that earlier acceptance is agreed to; the first signed word stays, so that a repeat is the same."""
    connection.execute("UPDATE shares SET agreement = coalesce(agreement, ?) WHERE share_id = ?", (agreement, share_id))


def save_agreement_answer(connection: Connection, share_id: str, answer: str) -> None:
    """Keep the hub's answer: `AGREED`, or the rule by which it refused."""
    connection.execute("UPDATE shares SET agreement_answer = ? WHERE share_id = ?", (answer, share_id))


def save_flag(connection: Connection, share_id: str, flag: bytes, after: int) -> None:
    """Keep that it was flagged; the first signed word stays, so that a repeat is the same, until one is taken off.

    ``after``: how often custodians had taken one off by then.
    """
    connection.execute(
        "UPDATE shares SET flag = ?, flag_answer = NULL, flag_after = ?"
        " WHERE share_id = ? AND (flag IS NULL OR flag_after < ?)",
        (flag, after, share_id, after),
    )


def save_flag_answer(connection: Connection, share_id: str, flag: bytes, answer: str) -> None:
    """Keep the hub's answer to that very flag: `AGREED`, or the rule by which it refused."""
    connection.execute("UPDATE shares SET flag_answer = ? WHERE share_id = ? AND flag = ?", (answer, share_id, flag))


def save_passing_word(connection: Connection, share_id: str, word: PassingWord) -> None:
    """Keep the owner's word on a question, in the place of an earlier one."""
    connection.execute(
        "INSERT OR REPLACE INTO passing_words (share_id, question, agrees, at, signed, answer)"
        " VALUES (?, ?, ?, ?, ?, NULL)",
        (share_id, word.question, word.agrees, word.at.isoformat(), word.signed),
    )


def save_passing_answer(connection: Connection, share_id: str, signed: bytes, answer: str) -> None:
    """Keep the hub's answer to that very word; one that took its place meanwhile is still to be sent."""
    connection.execute(
        "UPDATE passing_words SET answer = ? WHERE share_id = ? AND signed = ?", (answer, share_id, signed)
    )


def save_sources_given_up(connection: Connection, share_id: str, at: datetime) -> None:
    """Keep that the recordings aren't kept any longer."""
    connection.execute("UPDATE shares SET sources_kept_until = ? WHERE share_id = ?", (at.isoformat(), share_id))


def save_withdraw_answer(connection: Connection, share_id: str, refused: str | None) -> None:
    """Keep the hub's answer: taken back, or the rule by which it refused."""
    connection.execute(
        "UPDATE shares SET withdraw_done = ?, withdraw_refused = ? WHERE share_id = ?",
        (refused is None, refused, share_id),
    )


def _words(connection: Connection, share_id: str) -> tuple[PassingWord, ...]:
    rows = connection.execute("SELECT * FROM passing_words WHERE share_id = ? ORDER BY question", (share_id,))
    return tuple(
        PassingWord(
            question=row["question"],
            agrees=bool(row["agrees"]),
            at=datetime.fromisoformat(row["at"]),
            signed=row["signed"],
            answer=row["answer"],
        )
        for row in rows
    )


def _share(connection: Connection, row: Row) -> StoredShare:
    kept = row["sources_kept_until"]
    return StoredShare(
        share_id=row["share_id"],
        case_id=row["case_id"],
        request_id=row["request_id"],
        approved_by=row["approved_by"],
        approved_at=datetime.fromisoformat(row["approved_at"]),
        clip_sha256=row["clip_sha256"],
        recipients_sha256=row["recipients_sha256"],
        recipients=tuple(json.loads(row["recipients"])),
        one_time_key=row["one_time_key"],
        receipt_identity=row["receipt_identity"],
        manifest=row["manifest"],
        sources_kept_until=datetime.fromisoformat(kept) if kept else None,
        custodians_only=bool(row["custodians_only"]),
        envelope=row["envelope"],
        announced=bool(row["announced"]),
        receipts=row["receipts"],
        receipts_key=row["receipts_key"],
        withdrawal=row["withdrawal"],
        withdraw_done=bool(row["withdraw_done"]),
        withdraw_refused=row["withdraw_refused"],
        agreement=row["agreement"],
        agreement_answer=row["agreement_answer"],
        flag=row["flag"],
        flag_answer=row["flag_answer"],
        flag_after=row["flag_after"],
        words=_words(connection, row["share_id"]),
    )
