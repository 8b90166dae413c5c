"""A custodian lets another officer of the agency open a share: new headers, the same sealed bodies.

Invariants: a header is kept only for an opening key that the directory in force has, whose person it lets see this very
share; the sealed bodies are never touched; what the hub keeps opens nothing, for the custodian's browser made it. What
the hub can't know, whether a header is of this share, the officer's browser finds: the manifest then does not open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from hub.audit.trail import record
from hub.cases.model import CaseMember
from hub.directory.keys import custodians_keys, opening_keys
from hub.identity.sessions.service import actor_for
from hub.kit.access import Action, require
from hub.kit.errors import HubError
from hub.requests.repository import answered
from hub.shares.record import repository
from hub.shares.record.context import person_of
from hub.shares.record.custody import HeaderRow
from hub.shares.record.model import ShareRow
from hub.shares.record.repository import NOT_FOUND
from hub.shares.record.rules import CONFLICT, check_readable
from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.messages.city.directory import RecipientRole
from milton_protocol.messages.requests.request import Request
from milton_protocol.messages.shares.share import PartName, Share
from milton_protocol.sealing.age import SINGLE_HEADER_SIZE_BYTES, check_single

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.keys import OpeningKey
    from hub.directory.service import DirectoryService
    from hub.directory.trust import Trusted
    from hub.kit.access import Actor
    from hub.requests.model import RequestRow
    from hub.shares.record.context import CustodyContext
    from milton_protocol.fields import Fields
    from milton_protocol.messages.requests.request import RequestRecipient

READERS_MAX = 32  # of one share, beside those that it was sealed to


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whose opening key opens a share: None of a person for the recovery key, and for one that the directory lost.

    ``role`` is what it was sealed to them as, None where a custodian added them.
    """

    recipient_id: str
    role: RecipientRole | None
    key: OpeningKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who opens a share, whether a custodian of today does, and whose opening keys a custodian may add."""

    known: tuple[Reader, ...]
    others: tuple[OpeningKey, ...]
    custodian_opens: bool


class Rewrapping:
    """Adds headers."""

    def __init__(self, context: CustodyContext, directory: DirectoryService) -> None:
        """Keep ``context``; ``directory`` has the opening keys."""
        self._context = context
        self._directory = directory

    async def readers(self, actor: Actor, share_id: str) -> Readers:
        """Return who opens a share and who may be let in; raise ``share_unknown`` (404)."""
        require(actor, Action.SHARE_REWRAP)
        async with self._context.database.reading() as session:
            row = await repository.visible(session, actor, share_id)
            view = await self._context.view(session, row)
            trusted = await self._directory.in_force(session, self._context.clock())
            keys = opening_keys(trusted)
            request = await answered(session, row.request_id)
            members = await _members(session, request.case_number)
        sealed = sealed_to(row, request)
        known = (
            *(_reader(each.recipient_id, each.age_recipient, keys, each.role) for each in sealed),
            *(_reader(*each, keys) for each in sorted({(row.recipient_id, row.age_recipient) for row in view.headers})),
        )
        open_already = {each.age_recipient for each in sealed} | {each.age_recipient for each in view.headers}
        others = tuple(
            key for key in keys.values() if key.age_recipient not in open_already and _fits(key, row, members)
        )
        opens = not open_already.isdisjoint(custodians_keys(trusted))
        return Readers(known=known, others=others, custodian_opens=opens)

    async def let_open(self, actor: Actor, share_id: str, recipient_id: str, headers: Mapping[PartName, bytes]) -> None:
        """Keep the headers of all of a share's parts for one opening key; the same again changes nothing.

        Others for the same key take the place of the first: one that does not open can be made anew.
        Raises ``recipient_unknown`` (404) for a key that is not in the directory, or whose person does not see the
        share, ``parts_differ`` (409) unless there is a header for each part, ``opens_already`` (409) for a key that the
        share was sealed to, ``too_many_readers`` (409), and what :func:`check_readable` does.
        """
        require(actor, Action.SHARE_REWRAP)
        now = self._context.clock()
        async with self._context.database.session("share.rewrapped") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            check_readable(row)
            trusted = await self._directory.in_force(session, now)
            key = await self._key(session, trusted, recipient_id, share_id)
            await _check_is_new(session, row, key)
            check_parts(row, headers)
            mine = select(HeaderRow).where(HeaderRow.share_id == share_id, HeaderRow.recipient_id == recipient_id)
            before = {PartName(each.part): each.header for each in (await session.scalars(mine)).all()}
            if before == dict(headers):
                return
            await session.execute(
                delete(HeaderRow).where(HeaderRow.share_id == share_id, HeaderRow.recipient_id == recipient_id)
            )
            session.add_all(
                HeaderRow(
                    share_id=share_id,
                    recipient_id=recipient_id,
                    part=part.value,
                    person_id=key.person.person_id,
                    age_recipient=key.age_recipient,
                    header=header,
                    made_by=person_of(actor),
                    made_at=now,
                )
                for part, header in headers.items()
            )
            await record(session, at=now, actor=actor, action="share.rewrapped", subject=share_id, detail=recipient_id)

    async def _key(self, session: AsyncSession, trusted: Trusted, recipient_id: str, share_id: str) -> OpeningKey:
        """Return an opening key whose person sees the share; one answer for all others."""
        key = opening_keys(trusted).get(recipient_id)
        if key is not None:
            theirs = select(ShareRow.share_id).where(
                ShareRow.share_id == share_id, repository.seen(actor_for(key.person, ""))
            )
            if await session.scalar(theirs) is not None:
                return key
        rule = "recipient_unknown"
        raise HubError(rule, NOT_FOUND, "The directory has no such opening key of anybody who sees this share.")


def check_parts(row: ShareRow, headers: Mapping[PartName, bytes]) -> None:
    """Raise ``parts_differ`` (409) unless there is a header for each part of the share."""
    if set(headers) != {part.name for part in Share.from_bytes(row.payload).parts}:
        rule = "parts_differ"
        raise HubError(rule, CONFLICT, "Each part of the share needs a header, and nothing else does.")


def read_headers(fields: Fields) -> dict[PartName, bytes]:
    """Read ``headers``: ``{"part", "header"}`` each, an age header for one X25519 recipient, or ProtocolError."""
    read = fields.objects("headers", 1, len(PartName), _read_header)
    headers = dict(read)
    if len(headers) != len(read):
        raise ProtocolError(Rule.DUPLICATE_ITEM, "headers")
    return headers


def _read_header(fields: Fields) -> tuple[PartName, bytes]:
    part = fields.choice("part", PartName)
    header = fields.b64("header", SINGLE_HEADER_SIZE_BYTES, SINGLE_HEADER_SIZE_BYTES)
    fields.done()
    check_single(header)
    return part, header


async def _check_is_new(session: AsyncSession, row: ShareRow, key: OpeningKey) -> None:
    sealed = sealed_to(row, await answered(session, row.request_id))
    if any(each.age_recipient == key.age_recipient for each in sealed):
        rule = "opens_already"
        raise HubError(rule, CONFLICT, "The share was sealed to this opening key: it opens it already.")
    others = select(HeaderRow.recipient_id).where(
        HeaderRow.share_id == row.share_id, HeaderRow.recipient_id != key.recipient_id
    )
    if len((await session.scalars(others.distinct())).all()) >= READERS_MAX:
        rule = "too_many_readers"
        raise HubError(rule, CONFLICT, "So many people open this share that nobody more is let in.")


def sealed_to(row: ShareRow, request: RequestRow) -> tuple[RequestRecipient, ...]:
    """Return whom the share was sealed to at home: of one that its owner flagged, the custodians and recovery alone."""
    asked = Request.from_bytes(request.payload)
    return asked.sealed_to(Share.from_bytes(row.payload).recipients_sha256) or asked.recipients


async def _members(session: AsyncSession, case_number: str) -> frozenset[str]:
    rows = select(CaseMember.person_id).where(CaseMember.case_number == case_number, CaseMember.ended_at.is_(None))
    return frozenset((await session.scalars(rows)).all())


def _fits(key: OpeningKey, row: ShareRow, members: frozenset[str]) -> bool:
    """Say whether a key is offered; the query of who sees the share is asked again for the one that is chosen."""
    if key.role is RecipientRole.CUSTODIAN:
        return True
    return key.person.person_id in members and row.sensitive_since is None


def _reader(
    recipient_id: str, age_recipient: str, keys: Mapping[str, OpeningKey], role: RecipientRole | None = None
) -> Reader:
    """Return who has an opening key; ``role`` is None for one that a custodian added."""
    key = keys.get(recipient_id)
    is_there = key is not None and key.age_recipient == age_recipient
    return Reader(recipient_id=recipient_id, role=role, key=key if is_there else None)
