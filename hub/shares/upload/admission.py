"""May a new share come in? Its request must be open, its seal must be the request's, and there must be room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.kit.errors import HubError
from hub.requests.model import RequestRow
from hub.requests.states import State
from hub.shares.record import repository
from hub.shares.upload.homes import hub_full
from hub.shares.upload.tus import BAD_REQUEST, TOO_LARGE
from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.messages.requests.request import Request
from milton_protocol.messages.shares.share import PartName
from milton_protocol.sealing.header import parse_header
from milton_protocol.sealing.keys import parse_recipient
from milton_protocol.sealing.rules import SealRule

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.shares.upload.limits import Limits
    from milton_protocol.messages.shares.share import Share
    from milton_protocol.sealing.header import Stanza

X25519_STANZA = ("X25519", 2, 32)  # type and ephemeral share; a wrapped file key of 16 + 16 bytes
NOT_FOUND = 404
GONE = 410


async def check_new(session: AsyncSession, share: Share, *, limits: Limits, free_bytes: int, now: datetime) -> bool:
    """Raise unless the share may be taken in; say whether its owner flagged it: it is sealed to custodians alone.

    ``request_unknown`` (404), ``revoked`` and ``request_closed`` (410), ``recipients_differ`` and
    ``age_key_malformed`` (400), ``body_too_large`` (413), ``hub_full`` (507); ProtocolError for a malformed age header.
    """
    request = await session.scalar(select(RequestRow).where(RequestRow.request_id == share.request_id))
    if request is None:
        rule = "request_unknown"
        raise HubError(rule, NOT_FOUND, "There is no such request.")
    if request.state == State.REVOKED:
        raise HubError(Rule.REVOKED, GONE, "Something that this request rests on was revoked: it takes no footage.")
    if request.state != State.PUBLISHED or request.expires_at <= now:
        rule = "request_closed"
        raise HubError(rule, GONE, "This request takes no more footage.")
    asked = Request.from_bytes(request.payload)
    _check_recipients(share, asked)
    _check_receipt_recipient(share)
    _check_sizes(share, limits)
    await _check_room(session, share, limits, free_bytes)
    return asked.is_flagged(share.recipients_sha256)


def _check_recipients(share: Share, request: Request) -> None:
    """Refuse a share whose headers can't be for the recipients that its hash names.

    Those are all of the request's, or its custodians and recovery key; no other part of them.
    """
    stanzas = {tuple(_kind(each) for each in parse_header(part.header)[0]) for part in share.parts}
    recipients = request.sealed_to(share.recipients_sha256)
    if recipients is None or stanzas != {(X25519_STANZA,) * len(recipients)}:
        rule = "recipients_differ"
        raise HubError(rule, BAD_REQUEST, "The share is not sealed to the recipients that the request names.")


def _kind(stanza: Stanza) -> tuple[str, int, int]:
    """Return what can be said of a stanza without a key: its type, and the sizes of what it holds."""
    return stanza.arguments[0], len(stanza.arguments), len(stanza.body)


def _check_receipt_recipient(share: Share) -> None:
    """Refuse a key that nothing can be sealed to: no receipt could be written, so the share could never arrive."""
    try:
        parse_recipient(share.receipt_recipient)
    except ProtocolError as error:
        rule = SealRule.KEY_MALFORMED.value
        raise HubError(rule, BAD_REQUEST, "No receipt can be sealed to this share's receipt_recipient.") from error


def _check_sizes(share: Share, limits: Limits) -> None:
    for part in share.parts:
        most = limits.manifest_max_bytes if part.name is PartName.MANIFEST else limits.body_max_bytes
        if part.body_size_bytes > most:
            rule = "body_too_large"
            raise HubError(rule, TOO_LARGE, f"The {part.name.value} has more than {most} bytes.")


async def _check_room(session: AsyncSession, share: Share, limits: Limits, free_bytes: int) -> None:
    """Refuse what would fill the disk once every unfinished share has arrived."""
    count, announced = await repository.unfinished(session)
    needed = announced + share_bytes(share) + limits.disk_reserve_bytes
    if count >= limits.unfinished_max or needed > free_bytes:
        raise hub_full()


def share_bytes(share: Share) -> int:
    """Return how many bytes a share announces."""
    return sum(part.body_size_bytes for part in share.parts)
