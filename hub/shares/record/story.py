"""What became of a share, as officers' pages read it: consents, holds, deletions, and at last the tombstone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.shares.record.context import headers_for
from hub.shares.record.rules import Why
from milton_protocol.base64_text import b64
from milton_protocol.messages.shares.consent import Consent
from milton_protocol.times import format_time, format_time_or_none

if TYPE_CHECKING:
    from hub.kit.access import Actor
    from hub.shares.record.context import ShareView
    from hub.shares.record.custody import ConsentRow, DeletionRow, HoldRow
    from milton_protocol.canonical import JsonValue


def story_of(view: ShareView) -> dict[str, JsonValue]:
    """Return ``consents``, ``holds``, ``deletions`` (oldest first) and ``tombstone`` (null until the bytes are gone).

    A tombstone says when and why; of a deletion by two people also who, and for what reason.
    """
    return {
        "consents": [_consent(row) for row in view.consents],
        "holds": [_hold(row) for row in view.holds],
        "deletions": [_deletion(row) for row in view.deletions],
        "tombstone": _tombstone(view),
    }


def added_headers(view: ShareView, actor: Actor) -> list[JsonValue]:
    """Return the headers that custodians added for ``actor``: ``{"part", "header"}`` each."""
    return [{"part": row.part, "header": b64(row.header)} for row in headers_for(view, actor)]


def _consent(row: ConsentRow) -> JsonValue:
    to = Consent.from_bytes(row.content).to
    named = None if to is None else {"name": to.name, "organisation": to.organisation, "until": format_time(to.until)}
    return {"kind": row.kind, "at": format_time(row.at), "to": named}


def _hold(row: HoldRow) -> JsonValue:
    return {
        "number": row.number,
        "reason": row.reason,
        "placed_by": row.placed_by,
        "placed_at": format_time(row.placed_at),
        "released_by": row.released_by,
        "released_at": format_time_or_none(row.released_at),
        "release_reason": row.release_reason,
    }


def _deletion(row: DeletionRow) -> JsonValue:
    return {
        "number": row.number,
        "reason": row.reason,
        "asked_by": row.asked_by,
        "asked_at": format_time(row.asked_at),
        "confirmed_by": row.confirmed_by,
        "confirmed_at": format_time_or_none(row.confirmed_at),
        "undelete_until": format_time_or_none(row.undelete_until),
        "ended_by": row.ended_by,
        "ended_at": format_time_or_none(row.ended_at),
        "end_reason": row.end_reason,
    }


def _tombstone(view: ShareView) -> JsonValue:
    row = view.row
    if row.deleted_at is None:
        return None
    stone: dict[str, JsonValue] = {"at": format_time(row.deleted_at), "why": row.delete_why}
    if row.delete_why == Why.TWO_PEOPLE:
        decided = view.deletions[-1]
        stone |= {"asked_by": decided.asked_by, "confirmed_by": decided.confirmed_by, "reason": decided.reason}
    return stone
